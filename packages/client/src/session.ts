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
import type { Clock, Outgoing } from './ports.ts'
import { jsonDraft, sendRepeatable, sign } from './request.ts'
import type { Service } from './statement.ts'

/** The part of a token's life after which its next use renews it: a refresh is how the service learns that somebody is there. */
const renewAfter = 0.5

/** Signed words after which a session cannot go on. */
const ending: ReadonlySet<ErrorCode> = new Set(['session_ended', 'grant_refused', 'device_revoked'])

export type Family = {
  readonly deviceKey: SigningKey
  /** Throws the reason once the family has ended. */
  sessionKey(): SigningKey
  /** An access token that still lives; renewed ahead of its end. */
  token(service: Service): Promise<string>
  /** Renews, unless somebody did so since `used` was the token. */
  renew(service: Service, used: string): Promise<void>
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
  /** Monotonic milliseconds, as `endsAt`. */
  readonly renewAt: number
  readonly endsAt: number
}

function tokensOf(response: TokenResponse, monotonicMs: number): Tokens {
  const lifeMs = response.expires_in * 1000
  return {
    access: response.access_token,
    refresh: response.refresh_token,
    renewAt: monotonicMs + lifeMs * renewAfter,
    endsAt: monotonicMs + lifeMs,
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
  return createFamily(service.platform.clock, { ...options, key, response })
}

type Renewal = {
  readonly running: () => boolean
  readonly renew: (service: Service, refresh: string) => Promise<TokenResponse>
}

/**
 * Renews, once at a time: however many ask, they share one use of the refresh token. A renewal whose answer did not come is
 * still owed, and its very bytes go out again before any other: the service may have taken them.
 */
function createRenewal(tools: Pick<TokenCall, 'deviceKey' | 'refused'>): Renewal {
  let owed: { readonly refresh: string; readonly request: Outgoing } | null = null
  let running: Promise<TokenResponse> | null = null

  async function send(service: Service, refresh: string): Promise<TokenResponse> {
    const body: TokenRequest = { grant_type: refreshGrant, refresh_token: refresh }
    const request =
      owed?.refresh === refresh ? owed.request : await tokenRequest(service, body, tools.deviceKey)
    const store = (sent: Outgoing): void => {
      owed = { refresh, request: sent }
    }
    store(request)
    const response = await sendTokenRequest(service, { ...tools, request, store })
    owed = null
    return response
  }

  return {
    running: () => running !== null,
    renew(service: Service, refresh: string): Promise<TokenResponse> {
      running ??= send(service, refresh).finally(() => {
        running = null
      })
      return running
    },
  }
}

function createFamily(
  clock: Clock,
  options: FamilyOptions & { readonly key: SigningKey; readonly response: TokenResponse },
): Family {
  const { key, deviceKey } = options
  let tokens: Tokens | null = tokensOf(options.response, clock.monotonic())
  let reason: ErrorCode = 'session_ended'
  const renewal = createRenewal({ deviceKey, refused })

  function live(): Tokens {
    if (tokens === null) throw new HoldfastError(reason)
    return tokens
  }

  function close(why: ErrorCode): void {
    if (tokens !== null) reason = why
    tokens = null
  }

  async function refused(code: ErrorCode): Promise<void> {
    if (ending.has(code)) close(code === 'grant_refused' ? 'session_ended' : code)
    if (code === 'device_revoked') await options.revoked()
  }

  async function renew(service: Service): Promise<void> {
    const { refresh } = live()
    const response = await renewal.renew(service, refresh)
    // All who waited for it come here; the first takes the tokens over.
    if (live().refresh === refresh) tokens = tokensOf(response, clock.monotonic())
  }

  return {
    deviceKey,
    sessionKey(): SigningKey {
      live()
      return key
    },
    async token(service: Service): Promise<string> {
      const ahead = renewal.running() || clock.monotonic() >= live().renewAt
      // A renewal ahead of time may fail for want of a network while the token still lives.
      if (ahead)
        await renew(service).catch((error: unknown) => {
          if (tokens === null || clock.monotonic() >= tokens.endsAt) throw error
        })
      return live().access
    },
    async renew(service: Service, used: string): Promise<void> {
      if (live().access === used) await renew(service)
    },
    refused,
    close,
  }
}
