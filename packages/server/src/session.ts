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
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import type { RequestHead } from './head.ts'
import { limitAnonymous, limitUnlocks } from './rate.ts'
import { createRepeats, requestContext, type Repeats } from './repeat.ts'
import type { VerifiedRequest } from './request.ts'
import { claimedKeyId, verifySignature, type VerifiedSignature } from './signature.ts'
import type { DeviceRecord, FamilyRecord } from './store.ts'

export interface Sessions {
  /** Throws `grant_refused`, `device_revoked`, `session_ended`, `bad_request`, or what the signature deserves. */
  token(head: RequestHead, body: unknown): Promise<TokenResponse>
  /** Ends the session the request speaks for, on every node; content when it has ended before. */
  end(verified: VerifiedRequest): Promise<void>
}

/** What the device key's signature alone proves: possession of that key (RFC 8176 `pop`). */
const deviceFactor = { acr: 'device', amr: ['pop'] } as const

/** A signed call by a live, bound device: all that the two grants build on. */
type DeviceCall = { readonly device: DeviceRecord; readonly signature: VerifiedSignature }

async function identify(head: RequestHead, deployment: Deployment): Promise<DeviceCall> {
  const { store, origin } = deployment
  const device = await store.findDeviceByKey(claimedKeyId(head))
  if (device === null) {
    await limitAnonymous(head.remote, deployment)
    throw new HoldfastError('grant_refused')
  }
  const key = { thumbprint: device.keyThumbprint, verifyKey: nodeCrypto.importPublicKey(device.publicKey) }
  const signature = verifySignature(head, { origin, routeFields: [], key })
  // After the signature, so that the refusal is signed and the device may believe it.
  if (device.revokedAt !== null) throw new HoldfastError('device_revoked')
  return { device, signature }
}

function newRefreshToken(): string {
  return toBase64url(nodeCrypto.random(32))
}

/** Tokens for the family as it stands after this call. Throws `session_ended` when less than a second of it is left. */
async function respond(
  family: FamilyRecord,
  refreshToken: string,
  device: DeviceRecord,
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
    cnf: { jkt: family.sessionKeyThumbprint, jwk: family.sessionKey },
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
  { device, signature }: DeviceCall,
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
  const response = await respond(family, refreshToken, device, deployment)
  const audit = auditEntry('session.started', {
    at: now,
    actor: device.id,
    user: device.user,
    device: device.id,
  })
  const kept = repeats.keep(signature, requestContext(signature), response)
  // The store looks at the device once more in the same act: a revocation a moment ago wins.
  if (!(await store.startFamily(family, kept, audit))) throw new HoldfastError('device_revoked')
  return response
}

/**
 * The answer to a refresh is sealed under the token presented, not under the request: within the grace another request
 * with the same predecessor opens it, and nobody without that token can.
 */
function refreshContext(presentedDigest: string): string {
  return `refresh:${presentedDigest}`
}

async function refresh(
  { device, signature }: DeviceCall,
  presentedDigest: string,
  repeats: Repeats<TokenResponse>,
  deployment: Deployment,
): Promise<TokenResponse> {
  const { store, clock, policy } = deployment
  const found = await store.findFamilyByRefresh(presentedDigest)
  // A token of another device is refused like one that never was, and harms no session.
  if (found === null || found.device.id !== device.id) throw new HoldfastError('grant_refused')
  const { family } = found
  const now = clock.now()
  if (family.endedAt !== null || now >= family.expiresAt || now >= family.idleAt)
    throw new HoldfastError('session_ended')
  const nextToken = newRefreshToken()
  const nextIdleAt = Math.min(now + policy.session.idleSeconds * 1000, family.expiresAt)
  const response = await respond({ ...family, idleAt: nextIdleAt }, nextToken, device, deployment)
  const context = refreshContext(presentedDigest)
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
    repeat: repeats.keep(signature, context, response),
    audit: auditEntry('session.refreshed', facts),
  })
  if (result.kind === 'rotated') return response
  if (result.kind === 'repeated') return repeats.open(context, result.sealedAnswer)
  if (result.kind === 'reused') await store.appendAudit(auditEntry('session.reuse_detected', facts))
  throw new HoldfastError('session_ended')
}

export function createSessions(deployment: Deployment): Sessions {
  const { store, clock } = deployment
  const repeats = createRepeats<TokenResponse>(deployment)
  return {
    async token(head: RequestHead, body: unknown): Promise<TokenResponse> {
      const call = await identify(head, deployment)
      const request = parseTokenRequest(body)
      if (request.grant_type === deviceGrant) {
        return repeats.once(call.signature, requestContext(call.signature), () =>
          unlock(call, request.session_key, repeats, deployment),
        )
      }
      const presentedDigest = digestOf(request.refresh_token, deployment)
      return repeats.once(call.signature, refreshContext(presentedDigest), () =>
        refresh(call, presentedDigest, repeats, deployment),
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
