/** Finger or face as a phone speaks it (docs/protocol.md 12): a key that only a touch opens, in the lab's hand. */
import {
  openReleaseWith,
  presenceGrant,
  type PresenceStatement,
  signPresence,
  toBase64url,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { openWith, postAsDevice, type Proved, type Bound, type Unlocked } from './passcode.ts'
import { json, type Phone, signedJson, type World } from './phone.ts'
import type { Answer, RawRequest } from './raw.ts'
import { type LabKey, makeKey } from './signer.ts'

export type Finger = { readonly presence: string; readonly key: LabKey }

/** What the touch signs. */
export function touch(statement: PresenceStatement, key: LabKey): Promise<string> {
  return signPresence(statement, { thumbprint: key.thumbprint, sign: async (data) => key.sign(data) })
}

export function statementOf(
  world: Pick<World, 'origin'>,
  { deviceKey }: Bound,
  challenge: string,
): PresenceStatement {
  return { iss: world.origin, device_key: deviceKey.thumbprint, challenge, reply_key: '', held: 0 }
}

export async function bindFinger(world: World, phone: Phone): Promise<Finger> {
  const key = await makeKey()
  const calls = '/holdfast/presence/registrations'
  const begun = json(await postAsDevice(world, phone, calls, { kind: 'key' }))
  const proof = await touch(statementOf(world, phone, begun['challenge'] as string), key)
  const finish = { kind: 'key', public_key: key.jwk, proof }
  const bound = json(await postAsDevice(world, phone, `${calls}/${begun['registration'] as string}`, finish))
  return { presence: bound['presence'] as string, key }
}

export type Asked = { readonly id: string; readonly challenge: string }

export async function askRequest(world: World, key: LabKey, presence: string): Promise<RawRequest> {
  return signedJson(world, key, '/holdfast/presence/challenges', { presence })
}

export async function ask(
  world: World,
  { deviceKey }: Bound,
  { presence }: Pick<Finger, 'presence'>,
): Promise<Asked> {
  const said = json(await world.send(await askRequest(world, deviceKey, presence)))
  return { id: said['challenge_id'] as string, challenge: said['challenge'] as string }
}

/** A key for one answer. */
export type ReplyKey = { readonly seed: Uint8Array; readonly text: string }

export async function makeReplyKey(): Promise<ReplyKey> {
  const seed = nodeCrypto.random(32)
  const { publicKey } = await nodeCrypto.hpke.deriveKeyPair('x25519', seed)
  return { seed, text: toBase64url(publicKey) }
}

export type Touched = {
  readonly asked: Asked
  readonly reply: ReplyKey
  readonly held: number
  /** JWS of the presence key. */
  readonly proof: string
}

/** One touch: the user looks at this challenge, and nothing is sent yet. */
export async function touched(
  world: World,
  phone: Bound,
  finger: Finger,
  held = 0,
  statement: Partial<PresenceStatement> = {},
): Promise<Touched> {
  const asked = await ask(world, phone, finger)
  const reply = await makeReplyKey()
  const said = { ...statementOf(world, phone, asked.challenge), reply_key: reply.text, held, ...statement }
  return { asked, reply, held, proof: await touch(said, finger.key) }
}

export async function proveRequest(
  world: World,
  { deviceKey }: Bound,
  { asked, reply, held, proof }: Touched,
): Promise<RawRequest> {
  const body = { kind: 'key', proof, reply_key: reply.text, held }
  return signedJson(world, deviceKey, `/holdfast/presence/challenges/${asked.id}`, body)
}

export async function releaseTo({ asked, reply }: Touched, answer: Answer): Promise<Proved> {
  const sealed = json(answer)['release'] as string
  return { factor: asked.id, release: await openReleaseWith(reply.seed, asked.id, sealed, nodeCrypto) }
}

/** A whole proof. */
export async function prove(world: World, phone: Bound, finger: Finger, held = 0): Promise<Proved> {
  const made = await touched(world, phone, finger, held)
  return releaseTo(made, await world.send(await proveRequest(world, phone, made)))
}

/** A session opened by finger, beside the passcode's. */
export async function unlockByFinger(
  world: World,
  { phone }: Pick<Unlocked, 'phone'>,
): Promise<{ readonly phone: Phone; readonly finger: Finger }> {
  const finger = await bindFinger(world, phone)
  const proved = await prove(world, phone, finger)
  return { finger, phone: await openWith(world, phone, proved, presenceGrant) }
}
