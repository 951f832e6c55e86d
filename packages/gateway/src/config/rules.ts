/** What the form cannot say: which values belong together and which would open a hole. Each rule only reports. */
import { findRule, HoldfastError, parseTarget } from '@holdfast/core'
import { hint } from './form.ts'
import type { WrittenConfig, WrittenRoute } from './schema.ts'
import type { ConfigPath } from './source.ts'
import { parseNetwork } from '../line/remote.ts'

export type Report = (path: ConfigPath, problem: string) => void

export function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}

/** True for `localhost`, 127.0.0.0/8 and ::1, as they stand in a URL or alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

export function isLoopbackUrl(text: string): boolean {
  return isLoopback(parseUrl(text)?.hostname ?? '')
}

export function checkOrigin({ origin }: WrittenConfig, report: Report): void {
  const url = parseUrl(origin)
  if (url?.origin !== origin || !/^https?:$/.test(url.protocol)) {
    report(['origin'], 'expected https://host or https://host:port in lower case, without a path')
  } else if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    report(['origin'], 'expected https: plain http is for loopback only')
  }
}

const hostForm = /^[a-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:]+\](:\d{1,5})?$/

export function checkNetworks(networks: readonly string[] | undefined, at: ConfigPath, report: Report): void {
  networks?.forEach((network, i) => {
    if (parseNetwork(network) === null)
      report([...at, i], 'expected an address or a network, e.g. 10.0.0.7 or 10.0.0.0/24')
  })
}

export function checkListeners(config: WrittenConfig, report: Report): void {
  config.hosts?.forEach((host, i) => {
    if (!hostForm.test(host))
      report(['hosts', i], 'expected a host name in lower case, with or without :port')
  })
  checkNetworks(config.listen.trustedProxies, ['listen', 'trustedProxies'], report)
  if (config.admin?.host !== undefined && !isLoopback(config.admin.host))
    report(['admin', 'host'], 'the admin listener is for loopback only: expected 127.0.0.1, ::1 or localhost')
}

export function checkPins({ origin, pins = [] }: WrittenConfig, report: Report): void {
  if (pins.length > 0 && !origin.startsWith('https:'))
    report(['pins'], 'there is no TLS to pin: expected an https origin')
  pins.forEach((pin, i) => {
    if (pins.indexOf(pin) !== i) report(['pins', i], 'is there twice: expected the pin of another key')
  })
}

function isUpstreamAddress({ protocol, pathname, search, hash, username, password }: URL): boolean {
  if (!/^https?:$/.test(protocol) || `${search}${hash}${username}${password}` !== '') return false
  try {
    return parseTarget(pathname).path === pathname
  } catch {
    return false
  }
}

export function checkUpstreams(config: WrittenConfig, report: Report): void {
  const names = config.upstreams.map(({ name }) => name)
  config.upstreams.forEach(({ name, url, identity }, i) => {
    const at = ['upstreams', i]
    const parsed = parseUrl(url)
    if (names.indexOf(name) !== i) report([...at, 'name'], 'another upstream has this name')
    if (parsed === null || !isUpstreamAddress(parsed))
      report(
        [...at, 'url'],
        'expected http://host:port or https://host:port, with or without a canonical path',
      )
    if (identity.mode === 'insecurePlain' && !isLoopbackUrl(url))
      report([...at, 'identity', 'mode'], 'insecurePlain is for an upstream on loopback only')
  })
  const { defaultUpstream } = config
  if (defaultUpstream !== undefined && !names.includes(defaultUpstream))
    report(['defaultUpstream'], `no such upstream${hint(defaultUpstream, names)}`)
  if (defaultUpstream === undefined && names.length > 1)
    report(['defaultUpstream'], 'is missing: with several upstreams, say which one takes what no route names')
}

export function checkOutbox({ origin, outbox }: WrittenConfig, report: Report): void {
  if (outbox.kind === 'insecureReadable' && !isLoopbackUrl(origin))
    report(
      ['outbox', 'kind'],
      'insecureReadable writes one-time texts to a file: only with a loopback origin. Use a webhook',
    )
  if (outbox.kind !== 'webhook') return
  const url = parseUrl(outbox.url)
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (!safe || url.username !== '' || url.password !== '')
    report(['outbox', 'url'], 'expected https://… without credentials (http:// on loopback only)')
}

export function checkStores({ store, nonces }: WrittenConfig, report: Report): void {
  if (nonces?.kind === 'postgres' && store?.kind !== 'postgres')
    report(['nonces', 'kind'], 'postgres needs store.kind: postgres')
}

/**
 * A path in a rule is made of characters that have one spelling in a request: letters, digits and "-._~". Any other one
 * could also be sent percent-encoded, and that request would miss the rule.
 */
function checkPath(path: string, at: ConfigPath, report: Report): void {
  const fixed = path.endsWith('/*') ? path.slice(0, -1) : path
  try {
    parseTarget(fixed)
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    return report(at, 'expected /a/path or /a/path/* in canonical form: no "//", no dot segments, no query')
  }
  if (!/^[A-Za-z0-9\-._~/]+$/.test(fixed))
    return report(at, 'expected only letters, digits and -._~ in a path, and /* only at its end')
  if (/^\/holdfast(\/|$)/.test(fixed) || fixed === '/.well-known/holdfast')
    report(at, 'Holdfast answers this path itself: no rule for it is ever asked')
}

/** True when the two would fit one request if case made no difference: then the request is refused, not decided. */
function clashesInCase(route: WrittenRoute, { path }: WrittenRoute): boolean {
  const clear = (pattern: string): string => pattern.replace(/\/\*?$/, '')
  return clear(route.path) !== clear(path) && clear(route.path).toLowerCase() === clear(path).toLowerCase()
}

/** The first earlier rule that takes everything this one would take, or -1. */
function shadowOf(route: WrittenRoute, earlier: readonly WrittenRoute[]): number {
  const methods = route.methods ?? ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']
  const sample = route.path.replace(/\/\*$/, '/any')
  const prefix = route.path.replace(/\/\*$/, '/')
  return earlier.findIndex((rule) => {
    if (route.path.endsWith('/*') && !rule.path.endsWith('/*')) return false
    if (clashesInCase(route, rule)) return false
    const known = [{ ...rule, policy: 'signed', signer: 'any', fields: [] } as const]
    return methods.every(
      (method) =>
        findRule(known, method, sample) !== undefined && findRule(known, method, prefix) !== undefined,
    )
  })
}

function checkPolicy(route: WrittenRoute, at: ConfigPath, report: Report): void {
  const everything = route.path === '/*'
  if (route.policy === 'open' && everything)
    report(
      [...at, 'policy'],
      'this opens the whole backend to everybody; if that is meant, write insecureOpenEverything',
    )
  if (route.policy === 'insecureOpenEverything' && !everything)
    report([...at, 'policy'], 'insecureOpenEverything belongs to the path /* only; write open')
  const open = route.policy === 'open' || route.policy === 'insecureOpenEverything'
  if (open && (route.mutual !== undefined || route.answer !== undefined))
    report(at, 'an open route asks for no certificate, and nobody signs its answers')
  if (open && route.factor !== undefined) report([...at, 'factor'], 'an open route asks nobody for a factor')
  if (open && route.signer !== undefined) report([...at, 'signer'], 'an open route has no signer')
  if (open && route.fields !== undefined) report([...at, 'fields'], 'an open route signs no fields')
}

export function checkRoutes(config: WrittenConfig, report: Report): void {
  const routes = config.routes ?? []
  const upstreams = config.upstreams.map(({ name }) => name)
  routes.forEach((route, i) => {
    const at = ['routes', i]
    checkPath(route.path, [...at, 'path'], report)
    checkPolicy(route, at, report)
    if (route.upstream !== undefined && !upstreams.includes(route.upstream))
      report([...at, 'upstream'], `no such upstream${hint(route.upstream, upstreams)}`)
    const twin = routes.slice(0, i).findIndex((earlier) => clashesInCase(route, earlier))
    if (twin >= 0)
      report([...at, 'path'], `differs from routes[${twin}] above by case alone: requests would be refused`)
    const shadow = twin >= 0 ? -1 : shadowOf(route, routes.slice(0, i))
    if (shadow >= 0) report(at, `never asked: routes[${shadow}] above takes everything this rule would take`)
  })
}
