/** holdfast.yaml, read once and whole: either everything in it is right, or all that is wrong is said with its line. */
import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { defaultPolicy, type Policy } from '@holdfast/server'
import { Complaint } from './complaint.ts'
import { checkFields } from './config-fields.ts'
import { readForm } from './config-form.ts'
import {
  checkListeners,
  checkOrigin,
  checkOutbox,
  checkRoutes,
  checkStores,
  checkUpstreams,
} from './config-rules.ts'
import type { WrittenConfig, WrittenRoute, WrittenUpstream } from './config-schema.ts'
import { type ConfigProblem, readSource } from './config-source.ts'
import { checkTimes } from './config-times.ts'
import { defaultLimits, type Limits } from './limits.ts'
import type { LogLevel } from './log-level.ts'
import type { GatewayRoute } from './route.ts'
import { readBytes, readSecret, readUrl, type SecretSources } from './secrets.ts'
import { defaultTimeoutMs, type UpstreamOptions } from './upstream.ts'

export type StoreConfig = { kind: 'embedded' } | { kind: 'postgres'; url: string } | { kind: 'memory' }
export type NonceConfig = { kind: 'memory' } | { kind: 'postgres' } | { kind: 'redis'; url: string }
export type OutboxConfig =
  | { kind: 'insecureReadable'; file: string }
  | { kind: 'webhook'; url: string; secret: Uint8Array }
/** Everything resolved: paths absolute, secrets read, defaults in place. */
export type Config = {
  readonly file: string
  readonly origin: string
  readonly listen: {
    readonly host: string
    readonly port: number
    /** Addresses and networks whose X-Forwarded-For is believed for rates and log. */
    readonly trustedProxies: readonly string[]
    /** PEM. */
    readonly tls?: { readonly key: Uint8Array; readonly cert: Uint8Array }
  }
  readonly hosts: readonly string[]
  readonly admin: { readonly host: string; readonly port: number }
  /** Directory of the key file, the embedded database and the first operator's credentials. */
  readonly data: string
  readonly store: StoreConfig
  readonly nonces: NonceConfig
  readonly upstreams: readonly UpstreamOptions[]
  readonly defaultUpstream: string
  readonly routes: readonly GatewayRoute[]
  readonly outbox: OutboxConfig
  readonly policy: Policy
  readonly limits: Limits
  readonly log: { readonly level: LogLevel }
}

function routeOf(written: WrittenRoute, defaultUpstream: string): GatewayRoute {
  const { path, methods, policy = 'signed', signer = 'any', fields = [], timeoutMs } = written
  return {
    path,
    ...(methods === undefined ? {} : { methods }),
    policy: policy === 'signed' ? 'signed' : 'open',
    signer,
    fields,
    upstream: written.upstream ?? defaultUpstream,
    // What is signed is meant for the backend.
    forward: [...new Set([...fields, ...(written.forward ?? [])])],
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
}

function storeOf({ store }: WrittenConfig, sources: SecretSources): StoreConfig {
  if (store?.kind !== 'postgres') return store ?? { kind: 'embedded' }
  return { kind: 'postgres', url: readUrl(store, ['store'], ['postgres', 'postgresql'], sources) }
}

/** PostgreSQL may serve several gateways, and a nonce memory in one process would let a replay pass at the next. */
function noncesOf({ store, nonces }: WrittenConfig, sources: SecretSources): NonceConfig {
  if (nonces?.kind === 'redis')
    return { kind: 'redis', url: readUrl(nonces, ['nonces'], ['redis', 'rediss'], sources) }
  return nonces ?? { kind: store?.kind === 'postgres' ? 'postgres' : 'memory' }
}

function outboxOf({ outbox }: WrittenConfig, sources: SecretSources): OutboxConfig {
  if (outbox.kind === 'insecureReadable')
    return { kind: 'insecureReadable', file: resolve(sources.directory, outbox.file) }
  return { kind: 'webhook', url: outbox.url, secret: readSecret(outbox, ['outbox'], 16, sources) }
}

function upstreamOf(written: WrittenUpstream, index: number, sources: SecretSources): UpstreamOptions {
  const { identity } = written
  const upstream = { timeoutMs: defaultTimeoutMs, connections: 128, ...written }
  if (identity.mode !== 'hmac-sha256') return { ...upstream, identity }
  const secret = readSecret(identity, ['upstreams', index, 'identity'], 32, sources)
  return { ...upstream, identity: { mode: 'hmac-sha256', secret } }
}

function policyOf({ policy = {} }: WrittenConfig): Policy {
  return {
    ...defaultPolicy,
    ...policy,
    activation: { ...defaultPolicy.activation, ...policy.activation },
    oneTimeText: { ...defaultPolicy.oneTimeText, ...policy.oneTimeText },
    session: { ...defaultPolicy.session, ...policy.session },
    idempotency: { ...defaultPolicy.idempotency, ...policy.idempotency },
  }
}

function tlsOf(
  tls: { key: string; cert: string },
  sources: SecretSources,
): { key: Uint8Array; cert: Uint8Array } {
  const key = readBytes(tls.key, ['listen', 'tls', 'key'], sources)
  const cert = readBytes(tls.cert, ['listen', 'tls', 'cert'], sources)
  try {
    if (key.length > 0 && cert.length > 0)
      createSecureContext({ key: Buffer.from(key), cert: Buffer.from(cert) })
  } catch {
    // No reason: OpenSSL's may quote the file.
    sources.report(['listen', 'tls'], 'expected a key and a certificate in PEM that belong together')
  }
  return { key, cert }
}

function resolveConfig(file: string, written: WrittenConfig, sources: SecretSources): Config {
  const absolute = (name: string): string => resolve(sources.directory, name)
  const defaultUpstream = written.defaultUpstream ?? written.upstreams[0]?.name ?? ''
  const { host = '127.0.0.1', port, trustedProxies = [], tls } = written.listen
  const { routes = [], upstreams, log } = written
  return {
    file,
    origin: written.origin,
    listen: { host, port, trustedProxies, ...(tls === undefined ? {} : { tls: tlsOf(tls, sources) }) },
    hosts: written.hosts ?? [],
    admin: { host: written.admin?.host ?? '127.0.0.1', port: written.admin?.port ?? 8081 },
    data: absolute(written.data ?? './data'),
    store: storeOf(written, sources),
    nonces: noncesOf(written, sources),
    upstreams: upstreams.map((upstream, index) => upstreamOf(upstream, index, sources)),
    defaultUpstream,
    routes: routes.map((route) => routeOf(route, defaultUpstream)),
    outbox: outboxOf(written, sources),
    policy: policyOf(written),
    limits: { ...defaultLimits, ...written.limits },
    log: { level: log?.level ?? 'info' },
  }
}

const rules = [
  checkOrigin,
  checkListeners,
  checkUpstreams,
  checkOutbox,
  checkStores,
  checkRoutes,
  checkFields,
  checkTimes,
]

/** From the text of a file called `file`. Throws Complaint that lists everything wrong, each with its line. */
export function parseConfig(
  file: string,
  text: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  const name = relative(process.cwd(), file).startsWith('..') ? file : relative(process.cwd(), file)
  const source = readSource(name, text)
  const refuse = (lines: readonly string[]): never => {
    throw new Complaint(lines.join('\n'), 2)
  }
  if (source.faults.length > 0) refuse(source.faults)
  const form = readForm(source.value)
  if ('problems' in form) return refuse(source.place(form.problems))
  const problems: ConfigProblem[] = []
  const report = (path: ConfigProblem['path'], problem: string): void => void problems.push({ path, problem })
  for (const rule of rules) rule(form.written, report)
  const config = resolveConfig(file, form.written, { directory: dirname(file), environment, report })
  return problems.length > 0 ? refuse(source.place(problems)) : config
}

/** Reads and checks the file. Throws Complaint. */
export function loadConfig(file: string): Config {
  const path = resolve(file)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Complaint(
      code === 'ENOENT'
        ? `${file} does not exist: name the configuration with --config FILE`
        : `${file} cannot be read (${code}): expected a file that this user may read`,
      2,
    )
  }
  return parseConfig(path, text)
}
