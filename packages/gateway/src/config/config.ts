/** holdfast.yaml, read once and whole: either everything in it is right, or all that is wrong is said with its line. */
import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import type { SealingSuite } from '@holdfast/core'
import type { Policy, TransferPolicy } from '@holdfast/server'
import { checkApprove } from './approve.ts'
import { Complaint } from './complaint.ts'
import { checkFields } from './fields.ts'
import { readForm } from './form.ts'
import { checkKeys, type KeysConfig, keysOf } from './keys.ts'
import { policyOf } from './policy.ts'
import { checkMutual, isMutual, type MutualConfig, mutualOf } from './mutual.ts'
import {
  checkListeners,
  checkOrigin,
  checkOutbox,
  checkPins,
  checkRoutes,
  checkStores,
  checkUpstreams,
} from './rules.ts'
import { checkSealing } from './sealing.ts'
import type { WrittenConfig, WrittenRoute, WrittenUpstream } from './schema.ts'
import { checkWeb } from './web.ts'
import { type ConfigProblem, readSource } from './source.ts'
import { type TlsConfig, tlsOf } from './tls.ts'
import { checkTransfers, transfersOf } from './transfers.ts'
import { checkTimes } from './times.ts'
import { defaultLimits, type Limits } from '../line/limits.ts'
import type { LogLevel } from '../books/log-level.ts'
import type { GatewayRoute } from '../proxy/route.ts'
import { readSecret, readUrl, type SecretSources } from './secrets.ts'
import { defaultTimeoutMs, type UpstreamOptions } from '../proxy/upstream.ts'

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
    readonly tls?: TlsConfig
  }
  readonly mutual?: MutualConfig
  readonly hosts: readonly string[]
  /** Pages that may call from a browser; absent when none may (docs/protocol.md 3.10). */
  readonly web?: { readonly origins: readonly string[]; readonly rpId: string }
  /** Of every TLS key clients may be shown; absent when they pin none (docs/protocol.md 2.4). */
  readonly pins?: readonly string[]
  readonly admin: { readonly host: string; readonly port: number }
  /** Directory of the key file, the embedded database and the first operator's credentials. */
  readonly data: string
  readonly keys: KeysConfig
  /** Absent when no sealed requests are taken. */
  readonly sealing?: { readonly suites: readonly SealingSuite[] }
  readonly store: StoreConfig
  readonly nonces: NonceConfig
  readonly upstreams: readonly UpstreamOptions[]
  readonly defaultUpstream: string
  readonly routes: readonly GatewayRoute[]
  /** Absent when there are no rules about where money goes. */
  readonly transfers?: TransferPolicy
  readonly outbox: OutboxConfig
  readonly policy: Policy
  readonly limits: Limits
  readonly log: { readonly level: LogLevel }
}

const routePolicies = {
  signed: 'signed',
  mutual: 'signed',
  sealed: 'sealed',
  open: 'open',
  insecureOpenEverything: 'open',
} as const

function routeOf(written: WrittenRoute, defaultUpstream: string): GatewayRoute {
  const { path, methods, policy = 'signed', signer = 'any', fields = [] } = written
  const { answer, factor, approve, timeoutMs } = written
  return {
    path,
    ...(methods === undefined ? {} : { methods }),
    policy: routePolicies[policy],
    signer,
    fields,
    ...(isMutual(written) ? { mutual: true } : {}),
    ...(answer === undefined ? {} : { answer }),
    ...(factor === undefined ? {} : { factor }),
    ...(approve === undefined ? {} : { approve }),
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

/** `pins`: what phones will have been told. A key that is not among them would lock all of them out. */
function resolveConfig(file: string, written: WrittenConfig, sources: SecretSources): Config {
  const absolute = (name: string): string => resolve(sources.directory, name)
  const defaultUpstream = written.defaultUpstream ?? written.upstreams[0]?.name ?? ''
  const { host = '127.0.0.1', port, trustedProxies = [], tls } = written.listen
  const { routes = [], upstreams, log, pins, web } = written
  const mutual = mutualOf(written, sources)
  return {
    file,
    origin: written.origin,
    listen: {
      host,
      port,
      trustedProxies,
      ...(tls === undefined ? {} : { tls: tlsOf(tls, { at: ['listen', 'tls'], pins }, sources) }),
    },
    ...(mutual === null ? {} : { mutual }),
    hosts: written.hosts ?? [],
    ...(web === undefined ? {} : { web }),
    ...(pins === undefined ? {} : { pins }),
    admin: { host: written.admin?.host ?? '127.0.0.1', port: written.admin?.port ?? 8081 },
    data: absolute(written.data ?? './data'),
    keys: keysOf(written, sources),
    ...(written.sealing === undefined ? {} : { sealing: written.sealing }),
    store: storeOf(written, sources),
    nonces: noncesOf(written, sources),
    upstreams: upstreams.map((upstream, index) => upstreamOf(upstream, index, sources)),
    defaultUpstream,
    routes: routes.map((route) => routeOf(route, defaultUpstream)),
    ...(written.transfers === undefined ? {} : { transfers: transfersOf(written.transfers) }),
    outbox: outboxOf(written, sources),
    policy: policyOf(written.policy),
    limits: { ...defaultLimits, ...written.limits },
    log: { level: log?.level ?? 'info' },
  }
}

const rules = [
  checkOrigin,
  checkKeys,
  checkListeners,
  checkMutual,
  checkPins,
  checkUpstreams,
  checkOutbox,
  checkStores,
  checkRoutes,
  checkApprove,
  checkTransfers,
  checkSealing,
  checkWeb,
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
