/** Which header fields a route may name. A field that is forwarded but not signed can be changed by anybody in the line. */
import { coveredWhenPresent, reservedPrefix } from '@holdfast/core'
import type { Report } from './config-rules.ts'
import type { WrittenConfig, WrittenRoute } from './config-schema.ts'
import type { ConfigPath } from './config-source.ts'

const tokenForm = /^[!#$%&'*+.^_`|~0-9a-z-]+$/

/** They speak of the connection or of the message's length, not of the request (RFC 9110 section 7.6.1). */
const connectionFields: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
const ownFields: ReadonlySet<string> = new Set([
  'authorization',
  'content-digest',
  'signature',
  'signature-input',
])

/** Harmless when changed on the way: they pick a language or a form, never an act or an amount. */
const harmless: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'traceparent',
  'tracestate',
  'user-agent',
])

function checkName(name: string, at: ConfigPath, report: Report): boolean {
  if (!tokenForm.test(name)) report(at, 'expected a field name in lower case')
  else if (name.startsWith(reservedPrefix)) report(at, `names that begin with ${reservedPrefix} are ours`)
  else if (ownFields.has(name)) report(at, 'this field belongs to Holdfast')
  else if (connectionFields.has(name)) report(at, 'this field belongs to the connection')
  else return true
  return false
}

function checkRoute(route: WrittenRoute, at: ConfigPath, report: Report): void {
  const signed = route.policy === undefined || route.policy === 'signed'
  const covered: readonly string[] = [...coveredWhenPresent, ...(route.fields ?? [])]
  route.fields?.forEach((name, i) => {
    if (!checkName(name, [...at, 'fields', i], report)) return
    if ((coveredWhenPresent as readonly string[]).includes(name))
      report([...at, 'fields', i], 'every signature covers this field already')
    else if (route.fields?.indexOf(name) !== i) report([...at, 'fields', i], 'named twice')
  })
  route.forward?.forEach((name, i) => {
    if (!checkName(name, [...at, 'forward', i], report)) return
    if (signed && !covered.includes(name) && !harmless.has(name))
      report(
        [...at, 'forward', i],
        'no signature covers this field, so anybody in the line can change it: name it in fields too',
      )
  })
}

export function checkFields(config: WrittenConfig, report: Report): void {
  config.routes?.forEach((route, i) => checkRoute(route, ['routes', i], report))
}
