/** A family of tokens: what one unlock gives, kept in memory alone (docs/protocol.md 5). */
import {
  deviceGrant,
  type ErrorCode,
  HoldfastError,
  parseTokenResponse,
  refreshGrant,
  type SigningKey,
  signingKey,
  thumbprint,
  tokenScheme,
  type TokenRequest,
  type TokenResponse,
} from '@holdfast/core'
import { readSigned } from './answer.ts'
import { converse } from './exchange.ts'
import type { NetworkAnswer, Outgoing } from './ports.ts'
import { type Draft, jsonDraft, sendRepeatable, sign } from './request.ts'
import type { Service } from './statement.ts'

/** A token is renewed when this much of its life is left. */
const renewAheadMs = 30_000

/** Signed words after which a session cannot go on. */
const ending: ReadonlySet<ErrorCode> = new Set(['session_ended', 'grant_refused', 'device_revoked'])

export type Family = {
  readonly deviceKey: SigningKey
  /** Rejects with the reason once the family has ended. */
  sessionKey(): SigningKey
  /** An access token that still lives; renewed ahead of its end. */
  token(): Promise<string>
  /** Renews, unless somebody did so since `used` was the token. */
  renew(used: string): Promise<void>
  /** Draws the conclusion of a refusal the service signed. */
  refused(code: ErrorCode): Promise<void>
  /** Forgets key and tokens; from now on everything rejects with `reason`. */
  close(reason: ErrorCode): void
}

export type FamilyOptions = {
  readonly deviceKey: SigningKey
  /** Told once when the service says, signed, that this device was removed. */
  revoked(): Promise<void>
}

type Alive = {
  readonly key: SigningKey
  readonly access: string
  readonly refresh: string
  /** Monotonic milliseconds. */
  readonly renewAt: number
}

export async function unlock(service: Service, options: FamilyOptions): Promise<Family> {
  const { platform, origin } = service
  const { crypto, clock } = platform
  const pair = await crypto.generateKeyPair()
  const key = signingKey(await thumbprint(pair.publicJwk, crypto), pair.privateKey, crypto)
  let alive: Alive | null = null
  let reason: ErrorCode = 'session_ended'
  /** A refresh whose answer is still owed: its bytes go out again before anything else. */
  let owed: Outgoing | null = null
  let renewing: Promise<void> | null = null

  function close(why: ErrorCode): void {
    if (alive !== null) reason = why
    alive = null
    owed = null
  }

  async function refused(code: ErrorCode): Promise<void> {
    if (ending.has(code)) close(code === 'grant_refused' ? 'session_ended' : code)
    if (code === 'device_revoked') await options.revoked()
  }

  async function tokenCall(body: TokenRequest | null, store: (request: Outgoing) => void): Promise<TokenResponse> {
    const { statement } = await service.statement()
    const draft: Draft | null = body === null ? null : jsonDraft(origin + statement.endpoints.token, body)
    const request = draft === null ? owed : await sign(service, draft, options.deviceKey)
    if (request === null) throw new TypeError('nothing to send')
    store(request)
    return sendRepeatable(service, {
      request,
      key: options.deviceKey,
      store: async (renewed) => store(renewed),
      accept: async (answer: NetworkAnswer, sent: Outgoing) =>
        parseTokenResponse(await readSigned(answer, sent, service.trust)),
      refused,
    })
  }

  function live(): Alive {
    if (alive === null) throw new HoldfastError(reason)
    return alive
  }

  return undefined as never
}
