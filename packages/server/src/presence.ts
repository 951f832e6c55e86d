/** Proving finger or face by a key that needs it, to unlock (docs/protocol.md 12); presence-registration.ts binds and removes that key. */
import {
  fromBase64url,
  HoldfastError,
  isPresence,
  parsePresenceChallengeRequest,
  parsePresenceProof,
  parsePublicJwk,
  passkeyChallenge,
  type PresenceChallenge,
  type PresenceProof,
  type PresenceRegistered,
  type PresenceRegistrationChallenge,
  type PresenceResult,
  type PresenceStatement,
  sealReleaseTo,
  toBase64url,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import { type DeviceCall, identifyUnlocker } from './device-call.ts'
import { checkUnused } from './factor.ts'
import { checkFresh } from './freshness.ts'
import type { RequestHead } from './head.ts'
import { askPasskey, verifyPasskey } from './passkey.ts'
import { newChallenge, refusePresence } from './presence-challenge.ts'
import { createPresenceRegistration } from './presence-registration.ts'
import { limitPresences } from './rate.ts'
import { createRepeats, requestLock, type Repeats } from './repeat.ts'
import type { VerifiedRequest } from './request.ts'
import type { Shares } from './share.ts'
import type { PresenceChallengeRecord, PresenceRecord } from './store-factors.ts'

/** Wired in factor-calls.ts. Each refuses a wrong body with `bad_request`. */
export interface Presences {
  /** Throws `passcode_not_set`, `insufficient_user_authentication`, or `presence_refused` for a passkey where none are taken. */
  beginRegistration(verified: VerifiedRequest, body: unknown): Promise<PresenceRegistrationChallenge>
  /** Replaces the key before. Throws what {@link Presences.beginRegistration} throws; `presence_refused` for every fault, alike. */
  finishRegistration(
    verified: VerifiedRequest,
    registration: string,
    body: unknown,
  ): Promise<PresenceRegistered>
  /** Content when there is none. Throws `insufficient_user_authentication`. */
  remove(verified: VerifiedRequest): Promise<void>
  /** Throws `presence_unknown`, `rate_limited`, or what the signature deserves. */
  challenge(head: RequestHead, body: unknown): Promise<PresenceChallenge>
  /** The identical request gets the same answer. Throws `presence_refused` for every fault of the proof, or what the share deserves. */
  prove(head: RequestHead, id: string, body: unknown): Promise<PresenceResult>
}

type Asked = {
  readonly call: DeviceCall
  readonly challenge: PresenceChallengeRecord
  readonly presence: PresenceRecord
}

/** The counter of the key after this use, 0 for keys that have none. Throws `presence_refused`. */
async function verifyProof(
  { call: { device }, challenge: { challenge }, presence }: Asked,
  proof: PresenceProof,
  { origin, web }: Deployment,
): Promise<number> {
  const { reply_key: replyKey, held } = proof
  const statement: PresenceStatement = {
    iss: origin,
    device_key: device.keyThumbprint,
    challenge,
    reply_key: replyKey,
    held,
  }
  if (proof.kind === 'key' && presence.kind === 'key') {
    const key = nodeCrypto.importPublicKey(parsePublicJwk(JSON.parse(presence.publicKey)))
    if (await isPresence(proof.proof, statement, key, nodeCrypto)) return 0
  }
  if (proof.kind === 'passkey' && presence.kind === 'passkey' && web !== undefined) {
    const signed = toBase64url(await passkeyChallenge(statement, nodeCrypto))
    return verifyPasskey(web, presence, { answer: proof.response, challenge: signed })
  }
  throw new HoldfastError('presence_refused')
}

/** The challenge of this device, used up, and the key it asks for. */
async function takeChallenge(
  call: DeviceCall,
  id: string,
  { store, clock }: Deployment,
): Promise<Asked | null> {
  const challenge = await store.takePresenceChallenge(id, call.device.id, clock.now())
  if (challenge === null || challenge.presenceId === null) return null
  const presence = await store.findPresence(challenge.presenceId)
  return presence?.deviceId === call.device.id ? { call, challenge, presence } : null
}

type Tools = {
  readonly deployment: Deployment
  readonly shares: Shares
  readonly repeats: Repeats<PresenceResult>
}

/** The share first: a proof that is written down has its answer, sealed to a key only this phone has. */
async function pass(
  { call: { device, signature }, challenge, presence }: Asked,
  proof: PresenceProof & { readonly counter: number },
  { deployment, shares, repeats }: Tools,
): Promise<PresenceResult> {
  const { store, clock, policy } = deployment
  const askedAt = challenge.expiresAt - policy.factor.lifeSeconds * 1000
  const given = await shares.release(device, presence.id, { held: proof.held, askedAt })
  const release = await sealReleaseTo(fromBase64url(proof.reply_key), challenge.id, given, nodeCrypto)
  const now = clock.now()
  const factor = {
    id: challenge.id,
    deviceId: device.id,
    kind: 'presence',
    way: presence.id,
    provedAt: now,
    expiresAt: now + policy.factor.lifeSeconds * 1000,
  } as const
  const facts = { at: now, actor: device.id, user: device.user, device: device.id }
  const audit = auditEntry('presence.proved', { ...facts, detail: { presence: presence.id } })
  const kept = repeats.keep(signature, requestLock(signature), { release })
  if (!(await store.passPresence(factor, proof.counter, kept, audit)))
    throw new HoldfastError('presence_refused')
  return { release }
}

async function prove(
  call: DeviceCall,
  id: string,
  proof: PresenceProof,
  tools: Tools,
): Promise<PresenceResult> {
  const { deployment } = tools
  await limitPresences(call.device.id, deployment)
  return refusePresence({ device: call.device, step: 'proof' }, deployment, async () => {
    const asked = await takeChallenge(call, id, deployment)
    if (asked === null) throw new HoldfastError('presence_refused')
    const counter = await verifyProof(asked, proof, deployment)
    return pass(asked, { ...proof, counter }, tools)
  })
}

export function createPresences(deployment: Deployment, shares: Shares): Presences {
  const { store, policy, web } = deployment
  const tools: Tools = { deployment, shares, repeats: createRepeats<PresenceResult>(deployment) }
  return {
    ...createPresenceRegistration(deployment),

    async challenge(head: RequestHead, body: unknown): Promise<PresenceChallenge> {
      const { device, signature } = await identifyUnlocker(head, deployment)
      const request = parsePresenceChallengeRequest(body)
      await checkFresh(signature, deployment)
      await limitPresences(device.id, deployment)
      const presence = await store.findPresence(request.presence)
      if (presence?.deviceId !== device.id) throw new HoldfastError('presence_unknown')
      const { id, challenge } = await newChallenge(device.id, presence.id, deployment)
      if (presence.kind === 'key') return { challenge_id: id, challenge }
      if (web === undefined) throw new HoldfastError('presence_refused')
      const asked = { challenge, seconds: policy.factor.lifeSeconds }
      return { challenge_id: id, challenge, options: await askPasskey(web, presence, asked) }
    },

    async prove(head: RequestHead, id: string, body: unknown): Promise<PresenceResult> {
      const call = await identifyUnlocker(head, deployment)
      const proof = parsePresenceProof(body)
      const { signature } = call
      return tools.repeats.once(
        signature,
        requestLock(signature),
        () => prove(call, id, proof, tools),
        () => checkUnused(id, deployment),
      )
    },
  }
}
