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
  type TokenRequest,
  type TokenResponse,
} from '@holdfast/core'
import { readSigned } from './answer.ts'
import type { Outgoing } from './ports.ts'
import { jsonDraft, sendRepeatable, sign } from './request.ts'
import type { Service } from './statement.ts'

/** A token is renewed when this much of its life is left, or a tenth of it where that is less. */
const renewAheadMs = 30_000

/** Signed words after which a session cannot go on. */
const ending: ReadonlySet<ErrorCode> = new Set(['session_ended', 'grant_refused', 'device_revoked'])

export type Family = {
  readonly deviceKey: SigningKey
  /** Throws the reason once the family has ended. */
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
  /** Told when the service says, signed, that this device was removed. */
  revoked(): Promise<void>
}

type TokenCall = {
  readonly request: Outgoing
  readonly deviceKey: SigningKey
  /** Told of each form the request takes, before it is sent. */
  readonly store: (request: Outgoing) => void
  readonly refused: (code: ErrorCode) => Promise<void>
}

async function tokenRequest(service: Service, body: TokenRequest, key: SigningKey): Promise<Outgoing> {
  const { statement } = await service.statement()
  return sign(service, jsonDraft(service.origin + statement.endpoints.token, body), key)
}

/** Only a signed answer counts: tokens somebody else put in would be somebody else's session. */
function sendTokenRequest(service: Service, call: TokenCall): Promise<TokenResponse> {
  const { request, deviceKey, store, refused } = call
  return sendRepeatable(service, {
    request,
    key: deviceKey,
    store: async (renewed) => store(renewed),
    accept: async (answer, sent) => parseTokenResponse(await readSigned(answer, sent, service.trust)),
    refused,
  })
}

type Tokens = {
  readonly access: string
  readonly refresh: string
  /** Monotonic milliseconds. */
  readonly renewAt: number
}

function tokensOf(response: TokenResponse, monotonicMs: number): Tokens {
  const lifeMs = response.expires_in * 1000
  return {
    access: response.access_token,
    refresh: response.refresh_token,
    renewAt: monotonicMs + lifeMs - Math.min(renewAheadMs, lifeMs / 10),
  }
}

/** Opens a family with a key made for it. */
export async function unlock(service: Service, options: FamilyOptions): Promise<Family> {
  const { crypto } = service.platform
  const pair = await crypto.generateKeyPair()
  const key = signingKey(await thumbprint(pair.publicJwk, crypto), pair.privateKey, crypto)
  const body: TokenRequest = { grant_type: deviceGrant, session_key: pair.publicJwk }
  const response = await sendTokenRequest(service, {
    request: await tokenRequest(service, body, options.deviceKey),
    deviceKey: options.deviceKey,
    store: () => undefined,
    refused: async (code) => (code === 'device_revoked' ? options.revoked() : undefined),
  })
  return createFamily(service, { ...options, key, response })
}

function createFamily(
  service: Service,
  options: FamilyOptions & { readonly key: SigningKey; readonly response: TokenResponse },
): Family {
  const { clock } = service.platform
  let alive: { readonly key: SigningKey; readonly tokens: Tokens } | null = {
    key: options.key,
    tokens: tokensOf(options.response, clock.monotonic()),
  }
  let reason: ErrorCode = 'session_ended'
  /** A renewal whose answer is still owed: these bytes go out again before any other. */
  let owed: Outgoing | null = null
  let renewing: Promise<void> | null = null

  function live(): { readonly key: SigningKey; readonly tokens: Tokens } {
    if (alive === null) throw new HoldfastError(reason)
    return alive
  }

  function close(why: ErrorCode): void {
    if (alive !== null) reason = why
    alive = null
    owed = null
  }

  async function refused(code: ErrorCode): Promise<void> {
    if (ending.has(code)) close(code === 'grant_refused' ? 'session_ended' : code)
    if (code === 'device_revoked') await options.revoked()
  }

  async function exchangeTokens(): Promise<void> {
    const { key, tokens } = live()
    owed ??= await tokenRequest(
      service,
      { grant_type: refreshGrant, refresh_token: tokens.refresh },
      options.deviceKey,
    )
    const response = await sendTokenRequest(service, {
      request: owed,
      deviceKey: options.deviceKey,
      store: (request) => {
        owed = request
      },
      refused,
    })
    live()
    owed = null
    alive = { key, tokens: tokensOf(response, clock.monotonic()) }
  }

  /** However many ask, there is one renewal: a second would be a second use of the same refresh token. */
  function renewOnce(): Promise<void> {
    renewing ??= exchangeTokens().finally(() => {
      renewing = null
    })
    return renewing
  }

  return {
    deviceKey: options.deviceKey,
    sessionKey: (): SigningKey => live().key,
    async token(): Promise<string> {
      if (renewing !== null || clock.monotonic() >= live().tokens.renewAt) await renewOnce()
      return live().tokens.access
    },
    async renew(used: string): Promise<void> {
      if (live().tokens.access === used) await renewOnce()
    },
    refused,
    close,
  }
}
