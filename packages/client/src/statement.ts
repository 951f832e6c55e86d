/** What the client believes about the service, and until when (docs/protocol.md 2). */
import {
  decodeJws,
  HoldfastError,
  openStatement,
  openTime,
  type ServiceStatement,
  statementPath,
  thumbprint,
  timeKeyId,
  toBase64url,
  type VerifyKey,
} from '@holdfast/core'
import { readText } from './answer.ts'
import { createServiceClock, type ServiceClock } from './clock.ts'
import { converse, type Line } from './exchange.ts'
import type { Platform } from './ports.ts'
import type { State } from './state.ts'

export type AcceptedStatement = {
  readonly statement: ServiceStatement
  /** Thumbprint of the service key that signed it. */
  readonly serviceKey: string
}

/** Requests one call of the app may cost: more than it needs on a line that loses three of four, and no more. */
const maxRequests = 24

/** The service as one call of the app sees it: what is known about it is shared, the number of requests is not. */
export type Service = Line & {
  readonly origin: string
  /** The statement in force; fetched when there is none or it has ended. Rejects with `statement_refused`. */
  statement(): Promise<AcceptedStatement>
  /** Fetches the statement although there may be one in force. */
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
    timeoutCovers: 'answer',
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
function together(act: (line: Line) => Promise<void>): (line: Line) => Promise<void> {
  let running: Promise<void> | null = null
  return (line) => {
    running ??= act(line).finally(() => {
      running = null
    })
    return running
  }
}

type Known = AcceptedStatement & { readonly keyOf: KeyOf }

/** Fetches the statement and checks it (2.1); on first contact it asks the time as well. */
async function fetchStatement(line: Line, clock: ServiceClock, options: ServiceOptions): Promise<Known> {
  const { origin, pins, platform, state } = options
  const { crypto } = platform
  const jws = await ask(line, origin + statementPath, async (text) => text)
  const trust = { pins, issuer: origin, floor: await state.floor() }
  const now = clock.known() ? Math.floor(clock.now() / 1000) : null
  const statement = await openStatement(jws, { ...trust, now }, crypto)
  const keyOf = keysOf(statement, platform)
  if (!clock.known()) {
    // First contact: this device's clock proves nothing, so the service's own decides whether the statement has ended.
    clock.set(await signedTime(line, statement, keyOf))
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
  let accepted: Known | null = null

  const refetch = together(async (line) => {
    accepted = await fetchStatement(line, clock, options)
  })

  async function current(line: Line): Promise<Known> {
    if (accepted === null || clock.now() >= accepted.statement.exp * 1000) await refetch(line)
    if (accepted === null) throw new HoldfastError('statement_refused')
    return accepted
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
    const line: Line = {
      platform,
      trust: { crypto: platform.crypto, keyOf: (kid) => keyOf(line, kid) },
      askTime: () => askTime(line),
      spend(): void {
        if (left === 0) throw new HoldfastError('network_unreachable')
        left--
      },
    }
    return {
      ...line,
      origin,
      statement: () => current(line),
      refetch: () => refetch(line),
      now: () => clock.now(),
      errand,
    }
  }

  return errand()
}
