/** Web pages of other origins in holdfast.yaml: which may call, and whose passkeys count (docs/protocol.md 3.10, 12). */
import { isLoopback, parseUrl, type Report } from './rules.ts'
import type { WrittenConfig } from './schema.ts'

const hostForm = /^[a-z0-9-]+(\.[a-z0-9-]+)*$|^\[[0-9a-f:]+\]$/

/** WebAuthn section 5.1.2: the host itself or a domain above it; which of those nobody may register, browsers know. */
function mayNameItself(hostname: string, rpId: string): boolean {
  return hostname === rpId || (rpId.includes('.') && hostname.endsWith(`.${rpId}`))
}

export function checkWeb({ web }: WrittenConfig, report: Report): void {
  if (web === undefined) return
  const { origins, rpId } = web
  if (!hostForm.test(rpId)) report(['web', 'rpId'], 'expected a host name in lower case, without a port')
  origins.forEach((origin, i) => {
    const at = ['web', 'origins', i]
    const url = parseUrl(origin)
    if (url?.origin !== origin || !/^https?:$/.test(url.protocol) || !hostForm.test(url.hostname))
      return report(at, 'expected https://host or https://host:port in lower case, without a path')
    if (url.protocol === 'http:' && !isLoopback(url.hostname))
      report(at, 'expected https: plain http is for loopback only')
    if (origins.indexOf(origin) !== i) report(at, 'is there twice')
    if (!mayNameItself(url.hostname, rpId))
      report(
        at,
        'web.rpId has to be the host of this origin or a domain above it: its passkeys are bound to that',
      )
  })
}
