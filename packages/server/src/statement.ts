/**
 * The service statement (docs/protocol.md 2): one document for all nodes, so that a client that meets another node each
 * time never sees its sequence go back.
 */
import {
  decodeJws,
  HoldfastError,
  maxSequenceLead,
  openStatement,
  type RouteRule,
  type ServiceStatement,
  signStatement,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Deployment } from './deployment.ts'
import { findDocument, type StoredDocument } from './document.ts'
import type { SealingKeys } from './sealing-keys.ts'

/** Where the calls of sections 2 to 6 live. */
export const endpoints: Readonly<ServiceStatement['endpoints']> = {
  challenge: '/holdfast/challenge',
  enrolments: '/holdfast/enrolments',
  token: '/holdfast/token',
  time: '/holdfast/time',
  devices: '/holdfast/devices',
  session: '/holdfast/session',
  sealed: '/holdfast/sealed',
  certificate: '/holdfast/certificate',
  reports: '/holdfast/reports',
  passcode: '/holdfast/passcode',
  presence: '/holdfast/presence',
  notices: '/holdfast/notices',
  approvals: '/holdfast/approvals',
}
/** The oldest client that understands this service. */
const minClient = '0.1.0'

const documentName = 'statement'
/** How long a node serves its copy before it looks for a newer one of another node. */
const trustMs = 1000
const attempts = 5

export interface Statement {
  /** The JWS. Rejects with `store_unavailable` only when the store is away and no copy here is still valid. */
  current(): Promise<string>
  sequence(): Promise<number>
}

type Facts = Omit<ServiceStatement, 'seq' | 'iat' | 'exp'>
/** What the statement needs of them. */
type Sealing = Pick<SealingKeys, 'offered' | 'settle' | 'version'> | null
type Published = { readonly jws: string; readonly statement: ServiceStatement }

/** What clients may know of a rule; whoever configures one may have written more into it. */
function ruleOf({ path, methods, policy, signer, fields, mutual, answer, factor }: RouteRule): RouteRule {
  return {
    path,
    ...(methods === undefined ? {} : { methods }),
    policy,
    signer,
    fields,
    ...(mutual === undefined ? {} : { mutual }),
    ...(answer === undefined ? {} : { answer }),
    ...(factor === undefined ? {} : { factor }),
  }
}

function factsOf(
  { origin, keys, routes, pins, mutual, policy: { offlineSeconds } }: Deployment,
  sealing: Sealing,
): Facts {
  return {
    iss: origin,
    keys: keys.tokenKeys().map(({ kid, jwk }) => ({ kid, jwk })),
    service_keys: [...keys.servicePins()],
    endpoints: { ...endpoints },
    routes: routes.map(ruleOf),
    client: { min: minClient },
    ...(sealing === null ? {} : { sealing: sealing.offered() }),
    ...(pins === undefined ? {} : { pins: [...pins] }),
    ...(mutual === undefined ? {} : { mutual: { origin: mutual.origin } }),
    opaque: { key: keys.opaque().publicKey },
    ...(offlineSeconds > 0 ? { offline: { seconds: offlineSeconds } } : {}),
  }
}

/** What a document says, apart from when: the payload as signed, so that no reader's taste comes between. */
function saysTheSame({ jws, statement }: Published, facts: Facts): boolean {
  const { seq, iat, exp } = statement
  return (
    JSON.stringify(decodeJws('hf-statement+jwt', jws)?.payload) ===
    JSON.stringify({ ...facts, seq, iat, exp })
  )
}

/** The document in the store, or null when it is not one of ours for this origin: then it is made anew. */
async function readPublished(jws: string, { keys, origin }: Deployment): Promise<Published | null> {
  try {
    const trust = { pins: keys.servicePins(), issuer: origin, floor: 0, now: null }
    return { jws, statement: await openStatement(jws, trust, nodeCrypto) }
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'statement_refused') return null
    throw error
  }
}

/** `after` is a sequence we signed, never one the store merely says: whoever writes there would have phones keep it for ever. */
async function publish(
  facts: Facts,
  deployment: Deployment,
  { stored, after }: { readonly stored: StoredDocument; readonly after: number },
): Promise<Published | null> {
  const { store, keys, clock, policy } = deployment
  const iat = Math.floor(clock.now() / 1000)
  // Signed while a clock was wrong: no client would follow (2.1), and those who never saw it need not.
  const seq = after < iat + maxSequenceLead ? Math.max(iat, after + 1) : iat
  // Nobody is told of a sealing key for longer than it opens anything.
  const ends = (facts.sealing ?? []).map(({ exp }) => exp)
  const statement = { ...facts, seq, iat, exp: Math.min(iat + policy.statementSeconds, ...ends) }
  const { jwk, privateKey } = keys.service()
  const jws = await signStatement(statement, jwk, privateKey, nodeCrypto)
  const written = await store.putDocument(stored.name, Math.max(seq, stored.sequence + 1), jws)
  return written ? { jws, statement } : null
}

export function createStatement(deployment: Deployment, sealing: Sealing = null): Statement {
  const { keys, clock } = deployment
  let copy: Published | null = null
  let checkedAt = -Infinity
  let refreshing: Promise<Published> | null = null
  /** The keys this node last published or found published. It speaks up once per change: nodes that differ do not quarrel. */
  let settledVersion: string | null = null

  const secondsLeft = ({ statement }: Published): number => statement.exp - clock.now() / 1000
  const isYoung = (held: Published): boolean =>
    secondsLeft(held) * 2 > held.statement.exp - held.statement.iat

  const versionOf = (): string => `${keys.version()} ${sealing?.version() ?? ''}`

  /** Takes over what another node published; makes a new one when half of its life is over or our own keys changed. */
  async function converge(): Promise<Published> {
    await sealing?.settle()
    const version = versionOf()
    for (let attempt = 0; attempt < attempts; attempt++) {
      const stored = await findDocument(deployment, documentName)
      const found = stored.value === null ? null : await readPublished(stored.value, deployment)
      const facts = factsOf(deployment, sealing)
      const settled = found !== null && (version === settledVersion || saysTheSame(found, facts))
      const known = copy?.statement.seq ?? 0
      const current = settled && isYoung(found) && found.statement.seq >= known
      const after = Math.max(found?.statement.seq ?? 0, known)
      const chosen = current ? found : await publish(facts, deployment, { stored, after })
      if (chosen === null) continue
      settledVersion = version
      return chosen
    }
    throw new HoldfastError('store_unavailable')
  }

  async function refresh(): Promise<Published> {
    try {
      copy = await converge()
    } catch (error) {
      if (copy === null || secondsLeft(copy) <= 0) throw error
    }
    checkedAt = clock.monotonic()
    return copy
  }

  async function get(): Promise<Published> {
    const fresh = clock.monotonic() - checkedAt < trustMs && versionOf() === settledVersion
    if (copy !== null && fresh && isYoung(copy)) return copy
    refreshing ??= refresh().finally(() => {
      refreshing = null
    })
    return refreshing
  }

  return {
    current: async (): Promise<string> => (await get()).jws,
    sequence: async (): Promise<number> => (await get()).statement.seq,
  }
}
