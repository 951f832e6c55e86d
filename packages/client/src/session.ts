/** A family of tokens: what one unlock gives, kept in memory alone (docs/protocol.md 5). */
import {
  type deviceGrant,
  type ErrorCode,
  HoldfastError,
  parseTokenResponse,
  type PublicJwk,
  refreshGrant,
  type SigningKey,
  signingKey,
  thumbprint,
  type TokenRequest,
  type TokenResponse,
} from '@holdfast/core'
import { readSigned } from './answer.ts'
import type { Certificates } from './certificate.ts'
import type { Clock, Outgoing } from './ports.ts'
import { jsonDraft, sendRepeatable, sign } from './request.ts'
import type { Service } from './statement.ts'

/** The part of a token's life after which its next use renews it: a refresh is how the service learns that somebody is there. */
const renewAfter = 0.5

/** Signed words after which a session cannot go on. */
const ending: ReadonlySet<ErrorCode> = new Set([
  'session_ended',
  'grant_refused',
  'device_revoked',
  'identity_proof_required',
  'share_gone',
])

export type Family = {
  readonly deviceKey: SigningKey
  /** Throws the reason once the family has ended. */
  sessionKey(): SigningKey
  /** An access token that still lives; renewed ahead of its end. */
  token(service: Service): Promise<string>
  /** Renews, unless somebody did so since `used` was the token. */
  renew(service: Service, used: string): Promise<void>
  /** After `certificate_refused`: another certificate, then a token bound to it, unless somebody did so since `used` was the token. */
  recertify(service: Service, used: string): Promise<void>
  /** Draws the conclusion of a refusal the service signed. */
  refused(code: ErrorCode): Promise<void>
  /** Forgets key and tokens; from now on everything rejects with `reason`. */
  close(reason: ErrorCode): void
}

export type FamilyOptions = {
  readonly deviceKey: SigningKey
  readonly certificates: Certificates
}

type TokenCall = {
  readonly request: Outgoing
  readonly deviceKey: SigningKey
  /** Told of each form the request takes, before it is sent. */
  readonly store: (request: Outgoing) => void
  readonly refused?: (code: ErrorCode) => Promise<void>
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
    ...(refused === undefined ? {} : { refused }),
  })
}

type Tokens = {
  readonly access: string
  readonly refresh: string
  /** The one they were asked for under, and so are bound to (docs/protocol.md 10). */
  readonly certificate: string | null
  /** Monotonic milliseconds, as `endsAt`. */
  readonly renewAt: number
  readonly endsAt: number
}

/** What a token call gave, and under which certificate. */
type Granted = { readonly response: TokenResponse; readonly certificate: string | null }

function tokensOf({ response, certificate }: Granted, monotonicMs: number): Tokens {
  const lifeMs = response.expires_in * 1000
  return {
    access: response.access_token,
    refresh: response.refresh_token,
    certificate,
    renewAt: monotonicMs + lifeMs * renewAfter,
    endsAt: monotonicMs + lifeMs,
  }
}

type Opening = Extract<TokenRequest, { session_key: PublicJwk }>
/** The device key alone, or a factor that was proved with what is now held for it. */
export type Grant =
  | Omit<Extract<Opening, { grant_type: typeof deviceGrant }>, 'session_key'>
  | Omit<Extract<Opening, { factor: string }>, 'session_key'>

/** Opens a family with a key made for it. */
export async function openFamily(service: Service, options: FamilyOptions, grant: Grant): Promise<Family> {
  const { crypto } = service.platform
  const pair = await crypto.generateKeyPair()
  const key = signingKey(await thumbprint(pair.publicJwk, crypto), pair.privateKey, crypto)
  const body: TokenRequest = { ...grant, session_key: pair.publicJwk }
  const granted = await options.certificates.under(service, async (certificate) => {
    const response = await sendTokenRequest(service, {
      request: await tokenRequest(service, body, options.deviceKey),
      deviceKey: options.deviceKey,
      store: () => undefined,
    })
    return { response, certificate }
  })
  return createFamily(service.platform.clock, { ...options, key, granted })
}

type Renewal = {
  readonly running: () => boolean
  /** What is still owed, too, which holds a token. */
  readonly forget: () => void
  readonly renew: (service: Service, refresh: string) => Promise<Granted>
}

/**
 * Renews, once at a time: however many ask, they share one use of the refresh token. A renewal whose answer did not come is
 * still owed, and its very bytes go out again before any other: the service may have taken them.
 */
function createRenewal(tools: Pick<TokenCall, 'deviceKey' | 'refused'>, certificates: Certificates): Renewal {
  let owed: { readonly refresh: string; readonly request: Outgoing } | null = null
  let running: Promise<Granted> | null = null

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
    forget(): void {
      owed = null
    },
    renew(service: Service, refresh: string): Promise<Granted> {
      running ??= certificates
        .under(service, async (certificate) => ({ response: await send(service, refresh), certificate }))
        .finally(() => {
          running = null
        })
      return running
    },
  }
}

function createFamily(
  clock: Clock,
  options: FamilyOptions & { readonly key: SigningKey; readonly granted: Granted },
): Family {
  const { deviceKey, certificates } = options
  let key: SigningKey | null = options.key
  let tokens: Tokens | null = tokensOf(options.granted, clock.monotonic())
  let reason: ErrorCode = 'session_ended'
  const renewal = createRenewal({ deviceKey, refused }, certificates)

  function live(): Tokens {
    if (tokens === null) throw new HoldfastError(reason)
    return tokens
  }

  function close(why: ErrorCode): void {
    if (tokens !== null) reason = why
    tokens = null
    key = null
    renewal.forget()
  }

  async function refused(code: ErrorCode): Promise<void> {
    if (ending.has(code)) close(code === 'grant_refused' ? 'session_ended' : code)
  }

  async function renew(service: Service): Promise<void> {
    const { refresh } = live()
    const granted = await renewal.renew(service, refresh)
    // All who waited for it come here; the first takes the tokens over.
    if (live().refresh === refresh) tokens = tokensOf(granted, clock.monotonic())
  }

  return {
    deviceKey,
    sessionKey(): SigningKey {
      if (key === null) throw new HoldfastError(reason)
      return key
    },
    async token(service: Service): Promise<string> {
      const certificate = await certificates.ready(service)
      const bound = live().certificate === certificate
      const ahead = !bound || renewal.running() || clock.monotonic() >= live().renewAt
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
    async recertify(service: Service, used: string): Promise<void> {
      const { access, certificate } = live()
      // Where none was shown none was refused, whoever says so.
      if (access !== used || certificate === null) return
      await certificates.replace(service)
      await renew(service)
    },
    refused,
    close,
  }
}
