/** Unlocking, refreshing and ending sessions (docs/protocol.md 5). */
import {
  type AccessTokenClaims,
  type Acr,
  deviceGrant,
  HoldfastError,
  parseTokenRequest,
  passcodeGrant,
  type PublicJwk,
  refreshGrant,
  signAccessToken,
  thumbprint,
  toBase64url,
  tokenScheme,
  type TokenRequest,
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
import type { AuditEntry, DeviceRecord, FamilyRecord, RepeatRecord } from './store.ts'
import type { FactorRecord } from './store-factors.ts'

export interface Sessions {
  /**
   * Throws `grant_refused`, `insufficient_user_authentication`, `device_revoked`, `identity_proof_required`, `session_ended`, `share_gone`
   * when a wipe ended it, `certificate_refused`, `bad_request`, or what the signature deserves.
   */
  token(head: RequestHead, body: unknown): Promise<TokenResponse>
  /** Ends the session the request speaks for, on every node; content when it has ended before. */
  end(verified: VerifiedRequest): Promise<void>
}

/** What opened a session. `authTime`: milliseconds since 1970 when it was proved. */
type Proof = { readonly acr: Acr; readonly amr: readonly string[]; readonly authTime: number }

/** RFC 8176: the device key's signature proves possession (`pop`); then knowledge (`pin`), or that the user was there (`user`). */
const methods: Readonly<Record<Acr, readonly string[]>> = {
  device: ['pop'],
  passcode: ['pop', 'pin'],
  presence: ['pop', 'user'],
}

type FactorRequest = Extract<TokenRequest, { factor: string }>
type DeviceRequest = Extract<TokenRequest, { grant_type: typeof deviceGrant }>

type CertificateBinding = Pick<AccessTokenClaims['cnf'], 'x5t#S256'>
/** What a token says about the one who asked for it. */
type TokenHolder = { readonly device: DeviceRecord; readonly binding: CertificateBinding }
type TokenCall = DeviceCall & TokenHolder
type Tools = { readonly deployment: Deployment; readonly repeats: Repeats<TokenResponse> }

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

/** A family as it is written down, with what is kept and noted with it. */
type Opening = {
  readonly family: FamilyRecord
  readonly response: TokenResponse
  readonly kept: RepeatRecord
  readonly audit: AuditEntry
}

async function open(
  { device, binding, signature }: TokenCall,
  sessionKey: PublicJwk,
  proof: Proof,
  { deployment, repeats }: Tools,
): Promise<Opening> {
  const { clock, policy } = deployment
  nodeCrypto.importPublicKey(sessionKey) // throws `bad_request` when the point is not on the curve
  const sessionKeyThumbprint = await thumbprint(sessionKey, nodeCrypto)
  // One key in both places would make an ordinary request pass for one by the device key.
  if (sessionKeyThumbprint === device.keyThumbprint) throw new HoldfastError('grant_refused')
  const now = clock.now()
  const refreshToken = newRefreshToken()
  const expiresAt = proof.authTime + policy.session.maxSeconds * 1000
  const family: FamilyRecord = {
    ...proof,
    sid: toBase64url(nodeCrypto.random(16)),
    deviceId: device.id,
    user: device.user,
    sessionKey,
    sessionKeyThumbprint,
    startedAt: now,
    expiresAt,
    idleAt: Math.min(now + policy.session.idleSeconds * 1000, expiresAt),
    endedAt: null,
    refreshDigest: digestOf(refreshToken, deployment),
  }
  const response = await respond(family, refreshToken, { device, binding }, deployment)
  const facts = {
    at: now,
    actor: device.id,
    user: device.user,
    device: device.id,
    detail: { acr: proof.acr },
  }
  const kept = repeats.keep(signature, requestLock(signature), response)
  return { family, response, kept, audit: auditEntry('session.started', facts) }
}

/** The device key alone opens a session while the device has no passcode. */
async function unlockByDevice(call: TokenCall, request: DeviceRequest, tools: Tools): Promise<TokenResponse> {
  const { store, clock } = tools.deployment
  const { device } = call
  await limitUnlocks(device.id, tools.deployment)
  const proof: Proof = { acr: 'device', amr: methods.device, authTime: clock.now() }
  const { family, response, kept, audit } = await open(call, request.session_key, proof, tools)
  if (await store.startFamily(family, kept, audit)) return response
  // The store looks once more in the same act: a revocation or a passcode of a moment ago wins.
  const found = await store.findDevice(device.id)
  if (found === null || found.revokedAt !== null) throw new HoldfastError('device_revoked')
  if (found.suspendedFor !== null) throw new HoldfastError('identity_proof_required')
  throw new HoldfastError('insufficient_user_authentication', { demand: { acr: 'passcode' } })
}

/** What the device may open a session with; null for any other factor, whatever is wrong with it. */
async function findProof(
  { device }: TokenCall,
  { factor, grant_type: grant }: FactorRequest,
  { deployment: { store, clock } }: Tools,
): Promise<(Proof & { readonly kind: FactorRecord['kind'] }) | null> {
  const kind = grant === passcodeGrant ? 'passcode' : 'presence'
  const found = await store.findFactor(factor, clock.now())
  if (found?.deviceId !== device.id || found.kind !== kind) return null
  return { kind, acr: kind, amr: methods[kind], authTime: found.provedAt }
}

async function unlockByFactor(call: TokenCall, request: FactorRequest, tools: Tools): Promise<TokenResponse> {
  const { store, clock } = tools.deployment
  await limitUnlocks(call.device.id, tools.deployment)
  const found = await findProof(call, request, tools)
  if (found === null) throw new HoldfastError('grant_refused')
  const { kind, ...proof } = found
  const { family, response, kept, audit } = await open(call, request.session_key, proof, tools)
  const { factor, ack } = request
  const now = clock.now()
  const result = await store.startFamilyByFactor({ family, factor, kind, ack, now, repeat: kept, audit })
  if (result === 'device_revoked') throw new HoldfastError('device_revoked')
  if (result === 'suspended') throw new HoldfastError('identity_proof_required')
  if (result === 'refused') throw new HoldfastError('grant_refused')
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
  { deployment, repeats }: Tools,
): Promise<TokenResponse> {
  const { store, clock, policy } = deployment
  const presentedDigest = digestOf(presented, deployment)
  const found = await store.findFamilyByRefresh(presentedDigest)
  // A token of another device is refused like one that never was, and harms no session.
  if (found === null || found.device.id !== device.id) throw new HoldfastError('grant_refused')
  const { family } = found
  const now = clock.now()
  if (family.endedAt !== null && (await store.wasWiped(device.id))) throw new HoldfastError('share_gone')
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
  const tools: Tools = { deployment, repeats: createRepeats<TokenResponse>(deployment) }

  async function token(head: RequestHead, body: unknown): Promise<TokenResponse> {
    const signed = await identifyDevice(head, deployment)
    const call: TokenCall = { ...signed, binding: certificateBinding(head, signed.device) }
    const request = parseTokenRequest(body)
    const once = (lock: RepeatLock, act: () => Promise<TokenResponse>): Promise<TokenResponse> =>
      tools.repeats.once(call.signature, lock, act)
    if (request.grant_type === refreshGrant) {
      const { refresh_token: presented } = request
      return once(refreshLock(presented), () => refresh(call, presented, tools))
    }
    return once(requestLock(call.signature), () =>
      request.grant_type === deviceGrant
        ? unlockByDevice(call, request, tools)
        : unlockByFactor(call, request, tools),
    )
  }

  return {
    token,

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
