/** The randomized password and the envelope that opens under it (RFC 9807 sections 4 and 5): what a passcode is worth to a thief. */
import { concat, equal, HoldfastError, utf8 } from '@holdfast/core'
import {
  deriveKeyPair,
  expand,
  extract,
  fields,
  finalize,
  type KeyPair,
  mac,
  prefixed,
  type Random,
  sizes,
  wipe,
} from './opaque-suite.ts'

/** Who talks to whom; neither is empty. */
export type Identities = { readonly client: Uint8Array; readonly server: Uint8Array }
/** RFC 9807's Stretch: slow on purpose, 64 octets. */
export type KeyStretching = (oprfOutput: Uint8Array) => Promise<Uint8Array>

/** `maskingKey` goes to the server; the rest stays. */
export type Stored = {
  readonly envelope: Uint8Array
  readonly clientPublicKey: Uint8Array
  readonly maskingKey: Uint8Array
  readonly exportKey: Uint8Array
}
export type Recovered = {
  readonly clientKeys: KeyPair
  readonly serverPublicKey: Uint8Array
  readonly exportKey: Uint8Array
}

const envelopeFields = { nonce: sizes.nonce, tag: sizes.mac } as const
export const envelopeLength: number = sizes.nonce + sizes.mac

/** `evaluated` is a checked element. The caller wipes password, blind and result. */
export async function randomizePassword(
  { password, blind }: { readonly password: Uint8Array; readonly blind: Uint8Array },
  evaluated: Uint8Array,
  stretch: KeyStretching,
): Promise<Uint8Array> {
  const output = finalize(password, blind, evaluated)
  let stretched: Uint8Array | undefined
  let both: Uint8Array | undefined
  try {
    stretched = await stretch(output)
    both = concat(output, stretched)
    return extract(both)
  } finally {
    wipe(output, stretched, both)
  }
}

/** Store. */
export function store(
  randomizedPassword: Uint8Array,
  serverPublicKey: Uint8Array,
  identities: Identities,
  random: Random,
): Stored {
  const nonce = random(sizes.nonce)
  const { clientKeys, tag, exportKey } = deriveFrom(randomizedPassword, nonce, serverPublicKey, identities)
  wipe(clientKeys.secretKey)
  return {
    envelope: concat(nonce, tag),
    clientPublicKey: clientKeys.publicKey,
    maskingKey: expand(randomizedPassword, utf8('MaskingKey')),
    exportKey,
  }
}

/** Unmasks what the server stored and recovers from it. Throws `passcode_refused` when it was made with another password. */
export function recover(
  randomizedPassword: Uint8Array,
  masked: { readonly nonce: Uint8Array; readonly response: Uint8Array },
  identities: Identities,
): Recovered {
  const maskingKey = expand(randomizedPassword, utf8('MaskingKey'))
  const info = concat(masked.nonce, utf8('CredentialResponsePad'))
  const pad = expand(maskingKey, info, masked.response.length)
  wipe(maskingKey)
  const plain = masked.response.map((octet, i) => octet ^ (pad[i] as number))
  const { serverPublicKey, nonce, tag } = fields(plain, { serverPublicKey: sizes.element, ...envelopeFields })
  const derived = deriveFrom(randomizedPassword, nonce, serverPublicKey, identities)
  if (!equal(derived.tag, tag)) {
    wipe(derived.clientKeys.secretKey, derived.exportKey)
    throw new HoldfastError('passcode_refused')
  }
  return { clientKeys: derived.clientKeys, serverPublicKey, exportKey: derived.exportKey }
}

/** What Store and Recover have in common: everything but the comparison. */
function deriveFrom(
  randomizedPassword: Uint8Array,
  nonce: Uint8Array,
  serverPublicKey: Uint8Array,
  { client, server }: Identities,
): { clientKeys: KeyPair; tag: Uint8Array; exportKey: Uint8Array } {
  const derive = (label: string, length: number): Uint8Array =>
    expand(randomizedPassword, concat(nonce, utf8(label)), length)
  const seed = derive('PrivateKey', sizes.seed)
  const authKey = derive('AuthKey', sizes.hash)
  const credentials = concat(serverPublicKey, prefixed(server), prefixed(client))
  try {
    return {
      clientKeys: deriveKeyPair(seed),
      tag: mac(authKey, concat(nonce, credentials)),
      exportKey: derive('ExportKey', sizes.hash),
    }
  } finally {
    wipe(seed, authKey)
  }
}
