/** An authenticator in software: makes passkeys and asserts them, as right or as wrong as a test wants (WebAuthn section 6). */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { encode } from 'cborg'

/** Bits of the authenticator data's flags (WebAuthn section 6.1). */
export const flag = { up: 0x01, uv: 0x04, be: 0x08, bs: 0x10, at: 0x40 } as const
/** User present and verified. */
export const verifiedUser: number = flag.up | flag.uv

export type Passkey = {
  /** b64u. */
  readonly id: string
  readonly privateKey: KeyObject
  /** COSE_Key (RFC 9052 section 7). */
  readonly cose: Uint8Array
}

export type Ceremony = {
  readonly challenge: Uint8Array
  readonly origin: string
  readonly rpId: string
  /** {@link verifiedUser} unless told. */
  readonly flags?: number
  readonly counter?: number
  /** Further members of the client data. */
  readonly client?: Readonly<Record<string, unknown>>
  /** Format and statement over these octets (WebAuthn section 6.5.4); `none` unless told. */
  readonly attestation?: (
    signed: Uint8Array,
    key: KeyObject,
  ) => { readonly fmt: string; readonly attStmt: unknown }
}

const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest()
const b64u = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

export function newPasskey(): Passkey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const bytes = (member: string): Uint8Array => new Uint8Array(Buffer.from(member, 'base64url'))
  const cose = new Map<number, number | Uint8Array>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, bytes(x)],
    [-3, bytes(y)],
  ])
  return { id: b64u(randomBytes(32)), privateKey, cose: encode(cose) }
}

function clientData(type: string, { challenge, origin, client }: Ceremony): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge: b64u(challenge), origin, ...client }))
}

function authenticatorData(
  { rpId, flags = verifiedUser, counter = 0 }: Ceremony,
  attested?: Passkey,
): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt8(flags | (attested === undefined ? 0 : flag.at), 0)
  head.writeUInt32BE(counter, 1)
  const parts = [sha256(rpId), head]
  if (attested !== undefined) {
    const id = Buffer.from(attested.id, 'base64url')
    const length = Buffer.alloc(2)
    length.writeUInt16BE(id.length)
    parts.push(Buffer.alloc(16), length, id, Buffer.from(attested.cose))
  }
  return Buffer.concat(parts)
}

const noAttestation = { fmt: 'none', attStmt: {} }

/** RegistrationResponseJSON. */
export function attest(passkey: Passkey, ceremony: Ceremony): Record<string, unknown> {
  const client = clientData('webauthn.create', ceremony)
  const authData = new Uint8Array(authenticatorData(ceremony, passkey))
  const signed = Buffer.concat([authData, sha256(client)])
  const { fmt, attStmt } = ceremony.attestation?.(signed, passkey.privateKey) ?? noAttestation
  const response = {
    clientDataJSON: b64u(client),
    attestationObject: b64u(encode({ fmt, attStmt, authData })),
    transports: ['internal'],
  }
  return { id: passkey.id, rawId: passkey.id, type: 'public-key', response, clientExtensionResults: {} }
}

/** `packed` (WebAuthn section 8.2), by this key; the passkey's own without a certificate. */
export function packed(by?: {
  readonly key: string
  readonly certificate: Uint8Array
}): NonNullable<Ceremony['attestation']> {
  return (signed, own) => {
    const sig = new Uint8Array(sign('sha256', signed, by?.key ?? own))
    return { fmt: 'packed', attStmt: { alg: -7, sig, ...(by && { x5c: [by.certificate] }) } }
  }
}

/** AuthenticationResponseJSON. */
export function assertPasskey(passkey: Passkey, ceremony: Ceremony): Record<string, unknown> {
  const client = clientData('webauthn.get', ceremony)
  const authData = authenticatorData(ceremony)
  const signature = sign('sha256', Buffer.concat([authData, sha256(client)]), passkey.privateKey)
  const response = {
    clientDataJSON: b64u(client),
    authenticatorData: b64u(authData),
    signature: b64u(signature),
  }
  return { id: passkey.id, rawId: passkey.id, type: 'public-key', response, clientExtensionResults: {} }
}
