/** What the client believes about the service, and until when (docs/protocol.md 2). */
import {
  type CryptoPort,
  decodeJws,
  HoldfastError,
  openStatement,
  openTime,
  type ServiceStatement,
  statementPath,
  type StatementTrust,
  thumbprint,
  timeKeyId,
  toBase64url,
  type VerifyKey,
} from '@holdfast/core'
import { readText } from './answer.ts'
import { type Bearer, type Carrier, createCarrier, type Way } from './carrier.ts'
import { createServiceClock, type ServiceClock } from './clock.ts'
import { converse, type Line, pauseMs } from './exchange.ts'
import type { Network, Platform } from './ports.ts'
import { type Carry, plainly, sealing } from './sealed.ts'
import type { State } from './state.ts'

export type AcceptedStatement = {
  readonly statement: ServiceStatement
  /** Thumbprint of the service key that signed it. */
  readonly serviceKey: string
}

/** Requests one call of the app may cost: more than it needs on a line that loses three of four, and no more. */
const maxRequests = 24
/** Of them, those for a statement when only older ones come: for a moment a node may serve what it knew before. */
const maxLooks = 4

/** The service as one call of the app sees it: what is known about it is shared, the number of requests is not. */
export type Service = Line & {
  readonly origin: string
  /** Like `carry`, and never under a client certificate. */
  readonly direct: Carry
  /** The statement in force; fetched when there is none or it has ended. Rejects with `statement_refused`. */
  statement(): Promise<AcceptedStatement>
  /** Fetches the statement although there may be one in force, which stays when an older one comes. */
  refetch(): Promise<void>
  /** Milliseconds since 1970 by the service's clock. */
  now(): number
  /** The same service for another call of the app. */
  errand(): Service
}

export type ServiceOptions = {
  readonly origin: string
  readonly pins: readonly string[]
  readonly platform: Platform
  readonly state: State
}

/** A GET that carries no signature: `open` proves what it brings, and throws `answer_refused` when it cannot. */
export function ask<Result>(
  line: Line,
  url: string,
  open: (text: string) => Promise<Result>,
): Promise<Result> {
  return converse(line, {
    prepare: async () => ({ method: 'GET', url, fields: [], body: new Uint8Array(0) }),
    accept: async (answer) => open(await readText(answer)),
    repeatable: true,
  })
}

type KeyOf = (kid: string) => Promise<VerifyKey>

/** Public keys of a statement, imported when first needed. */
function keysOf(statement: ServiceStatement, platform: Platform): KeyOf {
  const imported = new Map<string, VerifyKey>()
  return async (kid) => {
    const known = imported.get(kid)
    if (known !== undefined) return known
    const entry = statement.keys.find((key) => key.kid === kid)
    if (entry === undefined) throw new HoldfastError('answer_refused')
    const key = await platform.crypto.importPublicKey(entry.jwk)
    imported.set(kid, key)
    return key
  }
}

/** Milliseconds since 1970 by the service's clock, asked now. */
function signedTime(line: Line, { iss, endpoints }: ServiceStatement, keyOf: KeyOf): Promise<number> {
  const { crypto } = line.platform
  const nonce = toBase64url(crypto.random(16))
  return ask(line, `${iss}${endpoints.time}?nonce=${nonce}`, async (jws) => {
    const kid = timeKeyId(jws)
    if (kid === null) throw new HoldfastError('answer_refused')
    return openTime(jws, { issuer: iss, nonce }, await keyOf(kid), crypto)
  })
}

/** Many may want it at once; it is done once. `act` must not come to want it itself. */
function together<Result>(act: (line: Line) => Promise<Result>): (line: Line) => Promise<Result> {
  let running: Promise<Result> | null = null
  return (line) => {
    running ??= act(line).finally(() => {
      running = null
    })
    return running
  }
}

type Known = AcceptedStatement & { readonly keyOf: KeyOf }

/** For statement and time: what others wait for waits for nothing, and is not sealed. */
function plainLine(line: Line, network: Network): Line {
  return { ...line, carry: plainly(network), succeed: null }
}

type FetchOptions = ServiceOptions & { readonly clock: ServiceClock; readonly carrier: Carrier }

/** Null for a statement with which nothing is wrong but that a later one was accepted before. */
async function openUnlessOlder(
  jws: string,
  trust: StatementTrust,
  crypto: CryptoPort,
): Promise<ServiceStatement | null> {
  try {
    return await openStatement(jws, trust, crypto)
  } catch {
    await openStatement(jws, { ...trust, floor: 0 }, crypto)
    return null
  }
}

/** Fetches the statement and checks it (2.1); on first contact it asks the time as well. Null for one that is older than known. */
async function fetchStatement(line: Line, options: FetchOptions): Promise<Known | null> {
  const { origin, pins, platform, state, clock, carrier } = options
  const { crypto } = platform
  const jws = await ask(plainLine(line, carrier.unpinned), origin + statementPath, async (text) => text)
  const trust = { pins, issuer: origin, floor: await state.floor() }
  const now = clock.known() ? Math.floor(clock.now() / 1000) : null
  const statement = await openUnlessOlder(jws, { ...trust, now }, crypto)
  if (statement === null) return null
  const keyOf = keysOf(statement, platform)
  if (!clock.known()) {
    // First contact: this device's clock proves nothing, so the service's own decides whether the statement has ended.
    clock.set(await signedTime(plainLine(line, carrier.pinned(statement)), statement, keyOf))
    if (clock.now() >= statement.exp * 1000) throw new HoldfastError('statement_refused')
  }
  await state.raiseFloor(statement.seq)
  const signer = decodeJws('hf-statement+jwt', jws)?.signer
  if (signer === undefined || !('jwk' in signer)) throw new HoldfastError('statement_refused')
  return { statement, serviceKey: await thumbprint(signer.jwk, crypto), keyOf }
}

export function createService(options: ServiceOptions): Service {
  const { origin, platform } = options
  const clock = createServiceClock(platform.clock)
  const carrier = createCarrier(options)
  let accepted: Known | null = null

  const look = together(async (line) => {
    const found = await fetchStatement(line, { ...options, clock, carrier })
    if (found !== null) accepted = found
    return found
  })

  /** Looks until something else than an older statement comes; null when nothing else does. */
  async function renew(line: Line): Promise<Known | null> {
    for (let looks = 1; ; looks++) {
      const found = await look(line)
      if (found !== null || looks === maxLooks) return found
      await platform.clock.sleep(pauseMs(platform, looks))
    }
  }

  const inForce = (): Known | null =>
    accepted !== null && clock.now() < accepted.statement.exp * 1000 ? accepted : null

  async function current(line: Line): Promise<Known> {
    const known = inForce() ?? (await renew(line))
    if (known === null) throw new HoldfastError('statement_refused')
    return known
  }

  async function refetch(line: Line): Promise<void> {
    await (inForce() === null ? current(line) : look(line))
  }

  /** Keys rotate: an unknown name is worth one more look at the statement. */
  async function keyOf(line: Line, kid: string): Promise<VerifyKey> {
    const before = await current(line)
    if (before.statement.keys.some((key) => key.kid === kid)) return before.keyOf(kid)
    await refetch(line)
    return (await current(line)).keyOf(kid)
  }

  const askTime = together(async (line) => {
    const { statement } = await current(line)
    clock.set(await signedTime(line, statement, line.trust.keyOf))
  })

  function errand(): Service {
    let left = maxRequests
    const way: Way = {
      statement: async () => (await current(line)).statement,
      inForce: () => accepted?.statement ?? null,
      refetch: () => refetch(line),
      now: () => clock.now(),
    }
    const sealed = (bear: Bearer): Carry => sealing(bear, way.refetch, platform.crypto)
    const line: Line = {
      platform,
      trust: { crypto: platform.crypto, keyOf: (kid) => keyOf(line, kid) },
      carry: sealed(carrier.current(way)),
      async succeed(statement): Promise<void> {
        if (statement === (accepted?.statement ?? null)) await renew(line)
      },
      askTime: () => askTime(plainLine(line, (request) => carrier.current(way)(async () => request))),
      spend(): void {
        if (left === 0) throw new HoldfastError('network_unreachable')
        left--
      },
    }
    return {
      ...line,
      direct: sealed(carrier.direct(way)),
      origin,
      statement: () => current(line),
      refetch: way.refetch,
      now: () => clock.now(),
      errand,
    }
  }

  return errand()
}
