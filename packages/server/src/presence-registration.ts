/** Binding a presence key to a device, and giving it up: with a passcode given just now (docs/protocol.md 12.1). */
import {
  HoldfastError,
  isPresence,
  parsePresenceRegistrationFinish,
  parsePresenceRegistrationStart,
  passkeyChallenge,
  type PresenceRegistered,
  type PresenceRegistrationChallenge,
  type PresenceRegistrationFinish,
  type PresenceStatement,
  type PublicJwk,
  thumbprint,
  toBase64url,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import { demandFreshPasscode, hasPasscode } from './factor.ts'
import { type NewPasskey, askForPasskey, verifyNewPasskey } from './passkey.ts'
import { newChallenge, refusePresence } from './presence-challenge.ts'
import type { VerifiedRequest } from './request.ts'
import type { PresenceRecord } from './store-factors.ts'

type Registration = {
  beginRegistration(verified: VerifiedRequest, body: unknown): Promise<PresenceRegistrationChallenge>
  finishRegistration(verified: VerifiedRequest, id: string, body: unknown): Promise<PresenceRegistered>
  remove(verified: VerifiedRequest): Promise<void>
}

/** Finger and face are the second way in, never the first: whoever is forgotten by his finger has his passcode. */
async function demandPasscode(verified: VerifiedRequest, deployment: Deployment): Promise<void> {
  if (!(await hasPasscode(verified.device.id, deployment))) throw new HoldfastError('passcode_not_set')
  await demandFreshPasscode(verified, deployment)
}

/** One key in two places would make a signature of the one pass for presence. */
async function checkApart(
  keyName: string,
  { device, claims }: VerifiedRequest,
  { store }: Deployment,
): Promise<void> {
  const own = [device.keyThumbprint, claims.cnf.jkt].includes(keyName)
  const bound = await Promise.all([store.findDeviceByKey(keyName), store.findDeviceByAttemptKey(keyName)])
  if (own || bound.some((found) => found !== null)) throw new HoldfastError('presence_refused')
}

async function verifyNewKey(
  { publicKey, proof }: { readonly publicKey: PublicJwk; readonly proof: string },
  statement: PresenceStatement,
): Promise<NewPasskey> {
  const key = nodeCrypto.importPublicKey(publicKey) // throws `bad_request` when the point is not on the curve
  if (!(await isPresence(proof, statement, key, nodeCrypto))) throw new HoldfastError('presence_refused')
  const keyName = await thumbprint(publicKey, nodeCrypto)
  return { keyName, publicKey: JSON.stringify(publicKey), counter: 0, synced: false }
}

async function verifyNew(
  finish: PresenceRegistrationFinish,
  challenge: string,
  verified: VerifiedRequest,
  deployment: Deployment,
): Promise<NewPasskey> {
  const { origin, web } = deployment
  const statement: PresenceStatement = {
    iss: origin,
    device_key: verified.device.keyThumbprint,
    challenge,
    reply_key: '',
    held: 0,
  }
  if (finish.kind === 'key') {
    const found = await verifyNewKey({ publicKey: finish.public_key, proof: finish.proof }, statement)
    await checkApart(found.keyName, verified, deployment)
    return found
  }
  if (web === undefined) throw new HoldfastError('presence_refused')
  const signed = toBase64url(await passkeyChallenge(statement, nodeCrypto))
  return verifyNewPasskey(web, finish.response, signed)
}

async function bind(
  finish: PresenceRegistrationFinish,
  registration: string,
  verified: VerifiedRequest,
  deployment: Deployment,
): Promise<PresenceRegistered> {
  const { store, clock } = deployment
  const { device } = verified
  const now = clock.now()
  const challenge = await store.takePresenceChallenge(registration, device.id, now)
  if (challenge === null || challenge.presenceId !== null) throw new HoldfastError('presence_refused')
  const key = await verifyNew(finish, challenge.challenge, verified, deployment)
  const presence: PresenceRecord = {
    ...key,
    id: toBase64url(nodeCrypto.random(16)),
    deviceId: device.id,
    kind: finish.kind,
    createdAt: now,
  }
  const detail = { presence: presence.id, kind: finish.kind, synced: key.synced }
  const facts = { at: now, actor: device.id, user: device.user, device: device.id, detail }
  if (!(await store.addPresence(presence, auditEntry('presence.registered', facts))))
    throw new HoldfastError('presence_refused')
  return { presence: presence.id }
}

export function createPresenceRegistration(deployment: Deployment): Registration {
  const { store, clock, policy, web } = deployment
  return {
    async beginRegistration(
      verified: VerifiedRequest,
      body: unknown,
    ): Promise<PresenceRegistrationChallenge> {
      const { kind } = parsePresenceRegistrationStart(body)
      await demandPasscode(verified, deployment)
      const { device } = verified
      if (kind === 'passkey' && web === undefined) throw new HoldfastError('presence_refused')
      const { id: registration, challenge } = await newChallenge(device.id, null, deployment)
      if (kind === 'key' || web === undefined) return { registration, challenge }
      const asked = { challenge, seconds: policy.factor.lifeSeconds }
      return { registration, challenge, options: await askForPasskey(web, device, asked) }
    },

    async finishRegistration(
      verified: VerifiedRequest,
      registration: string,
      body: unknown,
    ): Promise<PresenceRegistered> {
      const finish = parsePresenceRegistrationFinish(body)
      await demandPasscode(verified, deployment)
      return refusePresence({ device: verified.device, step: 'registration' }, deployment, () =>
        bind(finish, registration, verified, deployment),
      )
    },

    async remove(verified: VerifiedRequest): Promise<void> {
      await demandFreshPasscode(verified, deployment)
      const { id, user } = verified.device
      const facts = { at: clock.now(), actor: id, user, device: id }
      await store.removePresence(id, auditEntry('presence.removed', facts))
    },
  }
}
