/** What a key file holds, and how keys change over time: no files, no clock of its own. */
import { fromBase64url, type SyncCryptoPort, toBase64url } from '@holdfast/core'
import { generatePkcs8 } from '@holdfast/core/node-crypto'
import * as v from 'valibot'
import { wrappingKeyBytes } from './wrapping.ts'

/** Private keys are PKCS#8 in base64url. */
const privateKey = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{100,400}$/))
const pair = v.strictObject({ current: privateKey, next: privateKey })

export type KeyPairRecord = { current: string; next: string }
/** A token key signs from this moment (milliseconds since 1970) until the next one does. */
export type TokenKeyRecord = { key: string; signsFromMs: number }
export type KeyRecord = {
  version: 1
  /** 32 bytes in base64url: seals what the store holds. Never changes. */
  wrapping: string
  service: KeyPairRecord
  forward: KeyPairRecord
  /** Oldest first; never empty. */
  token: TokenKeyRecord[]
}
const recordSchema: v.GenericSchema<unknown, KeyRecord> = v.strictObject({
  version: v.literal(1),
  wrapping: v.pipe(
    v.string(),
    v.regex(/^[A-Za-z0-9_-]{43}$/),
    v.check((text) => fromBase64url(text).length === wrappingKeyBytes),
  ),
  service: pair,
  forward: pair,
  token: v.pipe(
    v.array(v.strictObject({ key: privateKey, signsFromMs: v.pipe(v.number(), v.integer(), v.minValue(0)) })),
    v.minLength(1),
  ),
})

/** Throws TypeError; the message never shows what the text holds. */
export function parseKeyRecord(text: string): KeyRecord {
  try {
    return v.parse(recordSchema, JSON.parse(text))
  } catch {
    // No cause: a parser's message may quote its input.
    throw new TypeError('the key file is damaged: it is not a Holdfast key file of version 1')
  }
}

function newKey(): string {
  return toBase64url(generatePkcs8())
}

export function newKeyRecord(crypto: Pick<SyncCryptoPort, 'random'>): KeyRecord {
  return {
    version: 1,
    wrapping: toBase64url(crypto.random(wrappingKeyBytes)),
    service: { current: newKey(), next: newKey() },
    forward: { current: newKey(), next: newKey() },
    token: [{ key: newKey(), signsFromMs: 0 }],
  }
}

/** How long a new token key is published before it signs: every node has reloaded and clients can have fetched it. */
export const tokenKeyLeadMs = 60_000

export type KeyState = 'next' | 'current' | 'previous' | 'gone'

/**
 * The state of each token key at `now`. Nothing is written when a state changes, so all nodes agree as far as their clocks do.
 * `previous` is accepted for `overlapMs` after its successor began to sign: until the last thing it signed has ended.
 */
export function tokenKeyStates(
  keys: ReadonlyArray<Pick<TokenKeyRecord, 'signsFromMs'>>,
  now: number,
  overlapMs: number,
): KeyState[] {
  const begun = keys.findLastIndex(({ signsFromMs }) => signsFromMs <= now)
  // With a clock before every key the oldest signs: something must.
  const current = Math.max(0, begun)
  return keys.map((_, index) => {
    if (index === current) return 'current'
    if (index > current) return 'next'
    const successor = keys[index + 1] as Pick<TokenKeyRecord, 'signsFromMs'>
    return now < successor.signsFromMs + overlapMs ? 'previous' : 'gone'
  })
}

export type KeyUse = 'token' | 'service' | 'forward'

/** The record after a rotation. A token key already waiting as `next` stays: two rotations add two keys and lose none. */
export function rotateRecord(record: KeyRecord, which: KeyUse, now: number, overlapMs: number): KeyRecord {
  if (which !== 'token') return { ...record, [which]: { current: record[which].next, next: newKey() } }
  const states = tokenKeyStates(record.token, now, overlapMs)
  const kept = record.token.filter((_, index) => states[index] !== 'gone')
  const latest = Math.max(...kept.map(({ signsFromMs }) => signsFromMs))
  return {
    ...record,
    token: [...kept, { key: newKey(), signsFromMs: Math.max(now + tokenKeyLeadMs, latest) }],
  }
}
