/**
 * Verified tokens with their session and device, so that a signed request costs no database and no second signature check.
 * Trusted only while this node demonstrably hears the revocations of every other one (docs/protocol.md 5).
 */
import { hash } from 'node:crypto'
import { type AccessTokenClaims, decodeAccessToken, HoldfastError, type VerifyKey } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { LRUCache } from 'lru-cache'
import type { Deployment } from './deployment.ts'
import { isBound } from './device-binding.ts'
import type { DeviceRecord, DurableStore, FamilyRecord, Invalidation, InvalidationFeed } from './store.ts'

export type LiveSession = {
  readonly claims: AccessTokenClaims
  readonly family: FamilyRecord
  readonly device: DeviceRecord
  readonly sessionKey: VerifyKey
  readonly deviceKey: VerifyKey
  /** It ended, and no factor opens another one: the shares of its device were deleted. */
  readonly wiped: boolean
}

export interface SessionCache {
  /** Throws or rejects with `token_invalid`; says nothing about expiry or revocation, which are checked at every use. */
  find(token: string): LiveSession | Promise<LiveSession>
  /**
   * False when a session that was alive at `sinceMs` (monotonic) may have ended meanwhile. It never asks the database: a
   * moment ago is always recent enough, and later only what this node still knows counts.
   */
  holds(token: string, sinceMs: number): boolean
  close(): Promise<void>
}

const maxSessions = 50_000
/** A node that heard nothing for this long asks the database instead: a revocation is effective within a second. */
const trustMs = 900

/** Believes the token only when one of our keys signed it for us. */
function verifyToken(token: string, { keys, origin }: Deployment): AccessTokenClaims {
  const decoded = decodeAccessToken(token)
  const key = decoded === null ? undefined : keys.tokenKeys().find(({ kid }) => kid === decoded.kid)
  if (decoded === null || key === undefined) throw new HoldfastError('token_invalid')
  if (!nodeCrypto.verify(key.verifyKey, decoded.signingInput, decoded.signature))
    throw new HoldfastError('token_invalid')
  if (decoded.claims.iss !== origin || decoded.claims.aud !== origin) throw new HoldfastError('token_invalid')
  return decoded.claims
}

/** Whether what the claims name may no longer be believed. */
function concerns(event: Invalidation, { client_id: device, sid }: AccessTokenClaims): boolean {
  if ('all' in event) return true
  return 'device' in event ? event.device === device : event.sid === sid
}

type StoredSession = Awaited<ReturnType<DurableStore['findSession']>>

/** Throws `token_invalid` when the store knows another session or device by these names, or none, or one that nobody bound. */
function sessionOf(
  claims: AccessTokenClaims,
  found: StoredSession,
  { keys }: Deployment,
): Omit<LiveSession, 'wiped'> {
  const { device, family } = found ?? {}
  if (
    device?.keyThumbprint !== claims.hf_dev ||
    device.id !== claims.client_id ||
    device.user !== claims.sub ||
    !isBound(device, keys)
  ) {
    throw new HoldfastError('token_invalid')
  }
  if (family?.sessionKeyThumbprint !== claims.cnf.jkt) throw new HoldfastError('token_invalid')
  const sessionKey = nodeCrypto.importPublicKey(claims.cnf.jwk)
  const deviceKey = nodeCrypto.importPublicKey(device.publicKey)
  return { claims, family, device, sessionKey, deviceKey }
}

export async function createSessionCache(deployment: Deployment): Promise<SessionCache> {
  const { store, clock } = deployment
  const sessions = new LRUCache<string, LiveSession>({ max: maxSessions })
  const reading = new Set<{ readonly claims: AccessTokenClaims; stale: boolean }>()

  function forget(event: Invalidation): void {
    for (const read of reading) if (concerns(event, read.claims)) read.stale = true
    if ('all' in event) {
      sessions.clear()
      return
    }
    for (const [key, { claims }] of sessions) if (concerns(event, claims)) sessions.delete(key)
  }
  const feed: InvalidationFeed = await store.subscribe(forget)

  async function load(key: string, claims: AccessTokenClaims): Promise<LiveSession> {
    const read = { claims, stale: false }
    reading.add(read)
    try {
      const found = sessionOf(claims, await store.findSession(claims.sid), deployment)
      // Asked of those alone that ended: the others do without another question to the database.
      const wiped = found.family.endedAt !== null && (await store.wasWiped(found.device.id))
      const session = { ...found, wiped }
      // What was read may be older than the revocation heard meanwhile. Those of others do not matter: where sessions end all
      // the time, nobody would ever be found.
      if (read.stale) return await load(key, claims)
      sessions.set(key, session)
      return session
    } finally {
      reading.delete(read)
    }
  }

  const keyOf = (token: string): string => hash('sha256', token, 'base64url')
  const hearsAll = (): boolean => clock.monotonic() - feed.freshAt() < trustMs

  return {
    find(token: string): LiveSession | Promise<LiveSession> {
      const key = keyOf(token)
      const known = sessions.get(key)
      if (known === undefined) return load(key, verifyToken(token, deployment))
      return hearsAll() ? known : load(key, known.claims)
    },
    holds(token: string, sinceMs: number): boolean {
      if (clock.monotonic() - sinceMs < trustMs) return true
      const known = sessions.peek(keyOf(token))
      return hearsAll() && known?.device.revokedAt === null && known.family.endedAt === null
    },
    close: (): Promise<void> => feed.close(),
  }
}
