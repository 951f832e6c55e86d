/** The form of holdfast.yaml, before anything in it is looked up: what may be written, and of which kind. */
import { type FactorDemand, isPin, leastPins, type SealingSuite } from '@holdfast/core'
import * as v from 'valibot'
import { defaultLimits, type Limits } from '../line/limits.ts'
import { type LogLevel, logLevels } from '../books/log-level.ts'
import type { ApprovalForm } from '@holdfast/server'
import { approveSchema } from './approve-form.ts'
import { policySchema, positive, type WrittenPolicy } from './policy.ts'
import { transfersSchema, type WrittenTransfers } from './transfers-form.ts'

/** A database address may hold a password: it is written here, or taken from a file or the environment. */
export type WrittenUrl = { url?: string; urlFile?: string; urlEnv?: string }
/** A secret is never written here. `secretCredential`: a file in the directory systemd names (LoadCredential=). */
export type WrittenSecret = { secretFile?: string; secretEnv?: string; secretCredential?: string }

/**
 * Where private keys live, and what keeps them closed (docs/operate.md 6). `previous`: what a start may find from before: a readable
 * key file, one under another passphrase, or private keys that are still in the file.
 */
export type WrittenKeys =
  | ({ kind: 'file'; previous?: WrittenSecret | 'readable' } & WrittenSecret)
  | ({
      kind: 'pkcs11'
      module: string
      token: string
      previous?: WrittenSecret | 'readable' | 'file'
    } & WrittenSecret)
  | { kind: 'insecurePlain' }

export type WrittenUpstream = {
  name: string
  url: string
  identity: ({ mode: 'hmac-sha256' } & WrittenSecret) | { mode: 'signature' } | { mode: 'insecurePlain' }
  timeoutMs?: number
  connections?: number
  retriesIdempotently?: boolean
}

export type WrittenRoute = {
  path: string
  methods?: string[]
  /** `mutual` stands for `signed` with `mutual: true`. */
  policy?: 'signed' | 'sealed' | 'mutual' | 'open' | 'insecureOpenEverything'
  mutual?: true
  answer?: 'signed'
  /** What the user must have proved, and how recently (docs/protocol.md 5.2). */
  factor?: FactorDemand
  /** What the user sees and approves before it is carried out (docs/protocol.md 9). */
  approve?: ApprovalForm
  signer?: 'any' | 'device'
  fields?: string[]
  upstream?: string
  forward?: string[]
  timeoutMs?: number
}

/** What the file says, in form only. */
export type WrittenConfig = {
  origin: string
  listen: { host?: string; port: number; trustedProxies?: string[]; tls?: { key: string; cert: string } }
  /** Where client certificates are taken: at a port of our own, at terminators in front, or at both. */
  mutual?: {
    origin: string
    host?: string
    port?: number
    tls?: { key: string; cert: string }
    terminators?: string[]
  }
  hosts?: string[]
  /** Pages that may call from a browser, and the relying party of their passkeys. */
  web?: { origins: string[]; rpId: string }
  pins?: string[]
  /** Best first; sealed requests are taken only where this stands. */
  sealing?: { suites: SealingSuite[] }
  admin?: { host?: string; port?: number }
  data?: string
  keys?: WrittenKeys
  store?: { kind: 'embedded' } | ({ kind: 'postgres' } & WrittenUrl) | { kind: 'memory' }
  nonces?: { kind: 'memory' } | { kind: 'postgres' } | ({ kind: 'redis' } & WrittenUrl)
  upstreams: WrittenUpstream[]
  defaultUpstream?: string
  routes?: WrittenRoute[]
  transfers?: WrittenTransfers
  outbox: { kind: 'insecureReadable'; file: string } | ({ kind: 'webhook'; url: string } & WrittenSecret)
  policy?: WrittenPolicy
  limits?: { [Name in keyof Limits]?: number }
  log?: { level?: LogLevel }
}

const text = v.pipe(v.string(), v.nonEmpty('expected some text'), v.maxLength(4096, 'expected less text'))
const port = v.pipe(
  v.number(),
  v.integer('expected a whole number'),
  v.minValue(0, 'expected a port from 0 to 65535 (0: any free one)'),
  v.maxValue(65_535, 'expected a port from 0 to 65535 (0: any free one)'),
)
const words = v.array(text)

const url = { url: v.exactOptional(text), urlFile: v.exactOptional(text), urlEnv: v.exactOptional(text) }
const secret = {
  secretFile: v.exactOptional(text),
  secretEnv: v.exactOptional(text),
  secretCredential: v.exactOptional(
    v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected the name of a credential')),
  ),
}
/** A secret, or one of the words. */
const previous = <Word extends string>(...names: Word[]) => ({
  previous: v.exactOptional(
    v.lazy(
      (input): v.GenericSchema<unknown, WrittenSecret | Word> =>
        typeof input === 'string' ? v.picklist(names) : v.strictObject(secret),
    ),
  ),
})

const upstream = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected 1 to 32 of a-z, 0-9 and "-"')),
  url: text,
  identity: v.variant('mode', [
    v.strictObject({ mode: v.literal('hmac-sha256'), ...secret }),
    v.strictObject({ mode: v.literal('signature') }),
    v.strictObject({ mode: v.literal('insecurePlain') }),
  ]),
  timeoutMs: v.exactOptional(positive),
  connections: v.exactOptional(positive),
  retriesIdempotently: v.exactOptional(v.boolean()),
})

const route = v.strictObject({
  path: text,
  methods: v.exactOptional(
    v.pipe(
      v.array(v.picklist(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])),
      v.minLength(1, 'expected at least one method'),
    ),
  ),
  policy: v.exactOptional(v.picklist(['signed', 'sealed', 'mutual', 'open', 'insecureOpenEverything'])),
  mutual: v.exactOptional(v.literal(true)),
  answer: v.exactOptional(v.literal('signed')),
  factor: v.exactOptional(
    v.strictObject({ acr: v.picklist(['presence', 'passcode']), maxAge: v.exactOptional(positive) }),
  ),
  approve: v.exactOptional(approveSchema),
  signer: v.exactOptional(v.picklist(['any', 'device'])),
  fields: v.exactOptional(words),
  upstream: v.exactOptional(text),
  forward: v.exactOptional(words),
  timeoutMs: v.exactOptional(positive),
})

const limitNames = Object.keys(defaultLimits) as Array<keyof Limits>
const limits = v.strictObject(
  Object.fromEntries(limitNames.map((name) => [name, v.exactOptional(positive)])) as Record<
    keyof Limits,
    v.ExactOptionalSchema<typeof positive, undefined>
  >,
)

export const configSchema: v.GenericSchema<unknown, WrittenConfig> = v.strictObject({
  origin: text,
  listen: v.strictObject({
    host: v.exactOptional(text),
    port,
    trustedProxies: v.exactOptional(words),
    tls: v.exactOptional(v.strictObject({ key: text, cert: text })),
  }),
  mutual: v.exactOptional(
    v.strictObject({
      origin: text,
      host: v.exactOptional(text),
      port: v.exactOptional(port),
      tls: v.exactOptional(v.strictObject({ key: text, cert: text })),
      terminators: v.exactOptional(words),
    }),
  ),
  hosts: v.exactOptional(words),
  web: v.exactOptional(
    v.strictObject({
      origins: v.pipe(words, v.minLength(1, 'expected at least one origin')),
      rpId: text,
    }),
  ),
  pins: v.exactOptional(
    v.pipe(
      v.array(
        v.pipe(v.string(), v.check(isPin, 'expected 43 characters as `holdfast keys pins` prints them')),
      ),
      v.minLength(leastPins, 'expected two pins at least: one of a key in use, one of a key in reserve'),
    ),
  ),
  admin: v.exactOptional(v.strictObject({ host: v.exactOptional(text), port: v.exactOptional(port) })),
  data: v.exactOptional(text),
  sealing: v.exactOptional(
    v.strictObject({
      suites: v.pipe(
        v.array(v.picklist(['x-wing', 'x25519'])),
        v.minLength(1, 'expected at least one suite'),
      ),
    }),
  ),
  keys: v.exactOptional(
    v.variant('kind', [
      v.strictObject({ kind: v.literal('file'), ...secret, ...previous('readable') }),
      v.strictObject({
        kind: v.literal('pkcs11'),
        module: text,
        token: text,
        ...secret,
        ...previous('readable', 'file'),
      }),
      v.strictObject({ kind: v.literal('insecurePlain') }),
    ]),
  ),
  store: v.exactOptional(
    v.variant('kind', [
      v.strictObject({ kind: v.literal('embedded') }),
      v.strictObject({ kind: v.literal('postgres'), ...url }),
      v.strictObject({ kind: v.literal('memory') }),
    ]),
  ),
  nonces: v.exactOptional(
    v.variant('kind', [
      v.strictObject({ kind: v.literal('memory') }),
      v.strictObject({ kind: v.literal('postgres') }),
      v.strictObject({ kind: v.literal('redis'), ...url }),
    ]),
  ),
  upstreams: v.pipe(v.array(upstream), v.minLength(1, 'expected at least one upstream')),
  defaultUpstream: v.exactOptional(text),
  routes: v.exactOptional(v.array(route)),
  transfers: v.exactOptional(transfersSchema),
  outbox: v.variant('kind', [
    v.strictObject({ kind: v.literal('insecureReadable'), file: text }),
    v.strictObject({ kind: v.literal('webhook'), url: text, ...secret }),
  ]),
  policy: v.exactOptional(policySchema),
  limits: v.exactOptional(limits),
  log: v.exactOptional(v.strictObject({ level: v.exactOptional(v.picklist(logLevels)) })),
})
