/** Fills a store with devices and opens sessions for some of them, through the store's own acts and the service's own keys. */

import { signAccessToken } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import {
  type AuditEntry,
  bindingOf,
  type DurableStore,
  type KeyRing,
  type RepeatRecord,
} from '@holdfast/server'
import { generatePair, thumbprintOf } from './proof.ts'
import type { PublicJwk } from './credential.ts'
import type { Phone } from './signed.ts'

export interface Population {
  readonly store: DurableStore
  readonly keys: KeyRing
  readonly origin: string
  /** How many devices the store holds at the end. */
  readonly devices: number
  /** How many of them have a session and sign requests. */
  readonly sessions: number
  /** Whose devices all of them are, beside those of others in the same store; else each has a user of its own. */
  readonly user?: string
}

const hourMs = 3_600_000

export async function populate(population: Population): Promise<Phone[]> {
  const idleKey = generatePair().publicKey
  for (let number = population.sessions; number < population.devices; number += 1) {
    await bind(population, number, idleKey, `idle-${number}`.padEnd(43, '-'))
  }
  const phones: Phone[] = []
  for (let number = 0; number < population.sessions; number += 1)
    phones.push(await openSession(population, number))
  return phones
}

/** A bound device with a token family that lasts for the whole run, and its first access token. */
async function openSession(population: Population, number: number): Promise<Phone> {
  const { store, keys, origin } = population
  const device = generatePair()
  const session = generatePair()
  const deviceThumbprint = thumbprintOf(device.publicKey)
  const thumbprint = thumbprintOf(session.publicKey)
  await bind(population, number, device.publicKey, deviceThumbprint)
  const now = Date.now()
  const { id: deviceId, user, sid } = namesOf(population, number)
  const facts = { acr: 'urn:holdfast:device', amr: ['hwk'] }
  const started = await store.startFamily(
    {
      ...facts,
      sid,
      deviceId,
      user,
      sessionKey: session.publicKey,
      sessionKeyThumbprint: thumbprint,
      authTime: now,
      startedAt: now,
      expiresAt: now + hourMs,
      idleAt: now + hourMs,
      endedAt: null,
      refreshDigest: `refresh-${sid}`,
    },
    repeatOf(`family-${sid}`),
    auditOf(deviceId),
  )
  if (!started) throw new Error('the store refused a session')
  const seconds = Math.floor(now / 1000)
  const claims = {
    ...facts,
    iss: origin,
    aud: origin,
    sub: user,
    client_id: deviceId,
    jti: `token-${sid}`,
    sid,
    iat: seconds,
    exp: seconds + hourMs / 1000,
    auth_time: seconds,
    cnf: { jkt: thumbprint, jwk: session.publicKey },
    hf_dev: deviceThumbprint,
  }
  const { kid, privateKey } = keys.token()
  const accessToken = await signAccessToken(claims, kid, privateKey, nodeCrypto)
  return {
    thumbprint,
    privateKey: session.privateKey,
    accessToken,
    deviceId,
    device: { thumbprint: deviceThumbprint, privateKey: device.privateKey, accessToken: null },
  }
}

async function bind(
  population: Population,
  number: number,
  publicKey: PublicJwk,
  keyThumbprint: string,
): Promise<void> {
  const { store, keys, devices } = population
  const { id, user } = namesOf(population, number)
  const createdAt = Date.now()
  const expiresAt = createdAt + hourMs
  const record = { id, user, keyThumbprint, publicKey, name: 'bench phone', platform: 'testing', createdAt }
  const code = { codeId: id, user, sendTo: '', sealedKey: '', createdBy: 'bench', createdAt, expiresAt }
  await store.addActivation(code, auditOf(id))
  const enrolment = { ...record, codeId: id, ottDigest: '', expiresAt }
  await store.redeemActivation(id, enrolment, repeatOf(`enrolment-${id}`), auditOf(id))
  const state = { revokedAt: null, suspendedFor: null, binding: bindingOf(record, keys) }
  const device = { ...record, ...state, enrolmentId: id }
  const outcome = await store.completeEnrolment(id, device, devices, repeatOf(`bound-${id}`), auditOf(id))
  if (outcome !== 'completed') throw new Error(`the store refused a device: ${outcome}`)
}

function namesOf({ user }: Population, number: number): { id: string; user: string; sid: string } {
  const name = user === undefined ? `${number}` : `${user}-${number}`
  return { id: `device-${name}`, user: user ?? `user-${number}`, sid: `session-${name}` }
}

function auditOf(device: string): AuditEntry {
  return { at: Date.now(), action: 'bench.populated', actor: 'bench', user: null, device, detail: {} }
}

function repeatOf(requestHash: string): RepeatRecord {
  return { requestHash, sealedAnswer: '', expiresAt: Date.now() }
}
