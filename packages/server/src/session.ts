/** Unlocking, refreshing and ending sessions (docs/protocol.md 5). */
import {
  type AccessTokenClaims,
  deviceGrant,
  HoldfastError,
  parseTokenRequest,
  type PublicJwk,
  signAccessToken,
  thumbprint,
  toBase64url,
  tokenScheme,
  type TokenResponse,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import { type DeviceCall, identifyDevice } from './device-call.ts'
import type { RequestHead } from './head.ts'
import { limitUnlocks } from './rate.ts'
import { createRepeats, type RepeatLock, requestLock, type Repeats } from './repeat.ts'
import type { VerifiedRequest } from './request.ts'
import type { DeviceRecord, FamilyRecord } from './store.ts'

export interface Sessions {
  /**
   * Throws `grant_refused`, `device_revoked`, `session_ended`, `certificate_refused`, `bad_request`, or what the signature deserves.
   */
  token(head: RequestHead, body: unknown): Promise<TokenResponse>
  /** Ends the session the request speaks for, on every node; content when it has ended before. */
  end(verified: VerifiedRequest): Promise<void>
}

/** What the device key's signature alone proves: possession of that key (RFC 8176 `pop`). */
const deviceFactor = { acr: 'device', amr: ['pop'] } as const

type CertificateBinding = Pick<AccessTokenClaims['cnf'], 'x5t#S256'>
/** What a token says about the one who asked for it. */
type TokenHolder = { readonly device: DeviceRecord; readonly binding: CertificateBinding }
type TokenCall = DeviceCall & TokenHolder

/** A token asked for over a connection with a client certificate counts only with that certificate (RFC 8705 section 3). */
function certificateBinding(
  { channel: { certificate } }: RequestHead,
  device: DeviceRecord,
): CertificateBinding {
  if (certificate === null) return {}
  if (certificate.keyThumbprint !== device.keyThumbprint) throw new HoldfastError('certificate_refused')
  return { 'x5t#S256': certificate.thumbprint }
}

function newRefreshToken(): string {
  return toBase64url(nodeCrypto.random(32))
}

/** Tokens for the family as it stands after this call. Throws `session_ended` when less than a second of it is left. */
async function respond(
  family: FamilyRecord,
  refreshToken: string,
  { device, binding }: TokenHolder,
  { origin, keys, clock, policy }: Deployment,
): Promise<TokenResponse> {
  const now = clock.now()
  const iat = Math.floor(now / 1000)
  // No token outlives its family: every node can then judge it by its own `exp`.
  const end = Math.floor(Math.min(family.idleAt, family.expiresAt) / 1000)
  const exp = Math.min(iat + policy.session.accessSeconds, end)
  if (exp <= iat) throw new HoldfastError('session_ended')
  const claims: AccessTokenClaims = {
    iss: origin,
    aud: origin,
    sub: family.user,
    client_id: device.id,
    jti: toBase64url(nodeCrypto.random(16)),
    sid: family.sid,
    iat,
    exp,
    auth_time: Math.floor(family.authTime / 1000),
    acr: family.acr,
    amr: [...family.amr],
    cnf: { jkt: family.sessionKeyThumbprint, jwk: family.sessionKey, ...binding },
    hf_dev: device.keyThumbprint,
  }
  const { kid, privateKey } = keys.token()
  return {
    access_token: await signAccessToken(claims, kid, privateKey, nodeCrypto),
    token_type: tokenScheme,
    expires_in: exp - iat,
    refresh_token: refreshToken,
    session_expires_in: Math.floor((family.expiresAt - now) / 1000),
  }
}

/** The refresh token has 256 random bits, so nobody finds it by search; the digest keeps it out of dumps. */
function digestOf(refreshToken: string, { keys }: Deployment): string {
  return keys.digest('refresh', refreshToken)
}

async function unlock(
  { device, binding, signature }: TokenCall,
  sessionKey: PublicJwk,
  repeats: Repeats<TokenResponse>,
  deployment: Deployment,
): Promise<TokenResponse> {
  const { store, clock, policy } = deployment
  await limitUnlocks(device.id, deployment)
  nodeCrypto.importPublicKey(sessionKey) // throws `bad_request` when the point is not on the curve
  const sessionKeyThumbprint = await thumbprint(sessionKey, nodeCrypto)
  // One key in both places would make an ordinary request pass for one by the device key.
  if (sessionKeyThumbprint === device.keyThumbprint) throw new HoldfastError('grant_refused')
  const now = clock.now()
  const refreshToken = newRefreshToken()
  const expiresAt = now + policy.session.maxSeconds * 1000
  const family: FamilyRecord = {
    ...deviceFactor,
    sid: toBase64url(nodeCrypto.random(16)),
    deviceId: device.id,
    user: device.user,
    sessionKey,
    sessionKeyThumbprint,
    authTime: now,
    startedAt: now,
    expiresAt,
    idleAt: Math.min(now + policy.session.idleSeconds * 1000, expiresAt),
    endedAt: null,
    refreshDigest: digestOf(refreshToken, deployment),
  }
  const response = await respond(family, refreshToken, { device, binding }, deployment)
  const audit = auditEntry('session.started', {
    at: now,
    actor: device.id,
    user: device.user,
    device: device.id,
  })
  const kept = repeats.keep(signature, requestLock(signature), response)
  // The store looks at the device once more in the same act: a revocation a moment ago wins.
  if (!(await store.startFamily(family, kept, audit))) throw new HoldfastError('device_revoked')
  return response
}

/**
 * The answer to a refresh is sealed under the token presented, not under the request: within the grace another request
 * with the same predecessor opens it, and nobody without that token can.
 */
function refreshLock(refreshToken: string): RepeatLock {
  return { context: 'refresh', secret: utf8(refreshToken) }
}

async function refresh(
  { device, binding, signature }: TokenCall,
  presented: string,
  repeats: Repeats<TokenResponse>,
  deployment: Deployment,
): Promise<TokenResponse> {
  const { store, clock, policy } = deployment
  const presentedDigest = digestOf(presented, deployment)
  const found = await store.findFamilyByRefresh(presentedDigest)
  // A token of another device is refused like one that never was, and harms no session.
  if (found === null || found.device.id !== device.id) throw new HoldfastError('grant_refused')
  const { family } = found
  const now = clock.now()
  if (family.endedAt !== null || now >= family.expiresAt || now >= family.idleAt)
    throw new HoldfastError('session_ended')
  const nextToken = newRefreshToken()
  const nextIdleAt = Math.min(now + policy.session.idleSeconds * 1000, family.expiresAt)
  const live = { ...family, idleAt: nextIdleAt }
  const response = await respond(live, nextToken, { device, binding }, deployment)
  const lock = refreshLock(presented)
  const facts = {
    at: now,
    actor: device.id,
    user: device.user,
    device: device.id,
    detail: { sid: family.sid },
  }
  const result = await store.rotateRefresh({
    presentedDigest,
    nextDigest: digestOf(nextToken, deployment),
    deviceId: device.id,
    now,
    nextIdleAt,
    graceMs: policy.session.graceSeconds * 1000,
    repeat: repeats.keep(signature, lock, response),
    audit: auditEntry('session.refreshed', facts),
  })
  if (result.kind === 'rotated') return response
  if (result.kind === 'repeated') return repeats.open(lock, result.sealedAnswer)
  if (result.kind === 'reused') await store.appendAudit(auditEntry('session.reuse_detected', facts))
  throw new HoldfastError('session_ended')
}

export function createSessions(deployment: Deployment): Sessions {
  const { store, clock } = deployment
  const repeats = createRepeats<TokenResponse>(deployment)
  return {
    async token(head: RequestHead, body: unknown): Promise<TokenResponse> {
      const signed = await identifyDevice(head, deployment)
      const call: TokenCall = { ...signed, binding: certificateBinding(head, signed.device) }
      const request = parseTokenRequest(body)
      if (request.grant_type === deviceGrant) {
        return repeats.once(call.signature, requestLock(call.signature), () =>
          unlock(call, request.session_key, repeats, deployment),
        )
      }
      const { refresh_token: presented } = request
      return repeats.once(call.signature, refreshLock(presented), () =>
        refresh(call, presented, repeats, deployment),
      )
    },

    async end({ claims, device }: VerifiedRequest): Promise<void> {
      const at = clock.now()
      const facts = {
        at,
        actor: device.id,
        user: device.user,
        device: device.id,
        detail: { sid: claims.sid },
      }
      await store.endFamily(claims.sid, at, auditEntry('session.ended', facts))
    },
  }
}
