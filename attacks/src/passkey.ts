/** A passkey in software (WebAuthn section 6), used by whatever page and in whatever way an attacker wants. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { passkeyChallenge } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { page, rpId } from './factor-settings.ts'
import { type Asked, ask, makeReplyKey, type ReplyKey, statementOf } from './finger.ts'
import { type Bound, postAsDevice } from './passcode.ts'
import { json, type Phone, signedJson, type World } from './phone.ts'
import type { RawRequest } from './raw.ts'

export type Passkey = { readonly presence: string; readonly id: Buffer; readonly privateKey: KeyObject }

/** Bits of the authenticator data's flags (WebAuthn section 6.1). */
const flag = { present: 0x01, verified: 0x04, attested: 0x40 } as const

/** How it is used otherwise than by the bank's own page, with its user's finger on it. */
export type Misuse = {
  /** The page that asked, as the browser says. */
  readonly origin?: string
  /** Within another page's frame. */
  readonly framed?: true
  /** Somebody touched it; whose finger it was nobody looked at. */
  readonly unverified?: true
}

const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest()
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

function clientData(
  type: 'create' | 'get',
  challenge: Uint8Array,
  { origin = page, framed }: Misuse,
): Buffer {
  const said = { type: `webauthn.${type}`, challenge: text(challenge), origin, crossOrigin: framed === true }
  return Buffer.from(JSON.stringify(said))
}

function authenticatorData(flags: number, attested: Uint8Array = new Uint8Array(0)): Buffer {
  return Buffer.concat([sha256(rpId), Buffer.of(flags, 0, 0, 0, 0), attested])
}

/** CBOR (RFC 8949) of a COSE_Key of P-256 for ES256: five members, in which only the coordinates differ. */
function coseKey(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const head = [Buffer.from('a5010203262001215820', 'hex'), Buffer.from('225820', 'hex')]
  return Buffer.concat(head.flatMap((part, i) => [part, Buffer.from(i === 0 ? x : y, 'base64url')]))
}

/** CBOR of `{ fmt: "none", attStmt: {}, authData }`. */
function attestation(authData: Buffer): Buffer {
  const members = ['a3', '63666d74', '646e6f6e65', '6761747453746d74', 'a0', '686175746844617461', '58']
  return Buffer.concat([Buffer.from(members.join(''), 'hex'), Buffer.of(authData.length), authData])
}

function answered(id: Buffer, response: Record<string, string>): Record<string, unknown> {
  const name = text(id)
  return { id: name, rawId: name, type: 'public-key', response, clientExtensionResults: {} }
}

export async function bindPasskey(world: World, phone: Phone): Promise<Passkey> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(32)
  const calls = '/holdfast/presence/registrations'
  const begun = json(await postAsDevice(world, phone, calls, { kind: 'passkey' }))
  const statement = statementOf(world, phone, begun['challenge'] as string)
  const client = clientData('create', await passkeyChallenge(statement, nodeCrypto), {})
  const attested = Buffer.concat([Buffer.alloc(16), Buffer.of(0, id.length), id, coseKey(publicKey)])
  const authData = authenticatorData(flag.present | flag.verified | flag.attested, attested)
  const response = answered(id, {
    clientDataJSON: text(client),
    attestationObject: text(attestation(authData)),
  })
  const path = `${calls}/${begun['registration'] as string}`
  const bound = json(await postAsDevice(world, phone, path, { kind: 'passkey', response }))
  return { presence: bound['presence'] as string, id, privateKey }
}

export type Asserted = {
  readonly asked: Asked
  readonly reply: ReplyKey
  readonly request: RawRequest
}

/** A challenge, and its answer by the passkey; not sent yet. */
export async function assertion(
  world: World,
  phone: Bound,
  { presence, id, privateKey }: Passkey,
  misuse: Misuse = {},
): Promise<Asserted> {
  const asked = await ask(world, phone, { presence })
  const reply = await makeReplyKey()
  const statement = { ...statementOf(world, phone, asked.challenge), reply_key: reply.text }
  const client = clientData('get', await passkeyChallenge(statement, nodeCrypto), misuse)
  const authData = authenticatorData(misuse.unverified ? flag.present : flag.present | flag.verified)
  const response = answered(id, {
    clientDataJSON: text(client),
    authenticatorData: text(authData),
    signature: text(sign('sha256', Buffer.concat([authData, sha256(client)]), privateKey)),
  })
  const body = { kind: 'passkey', response, reply_key: reply.text, held: 0 }
  const target = `/holdfast/presence/challenges/${asked.id}`
  return { asked, reply, request: await signedJson(world, phone.deviceKey, target, body) }
}
