/**
 * The signed request: RFC 9421 and RFC 9530 in one fixed profile (docs/protocol.md 3).
 * The receiver rebuilds the list of covered components from the request and its policy; the sender does not choose it.
 */
import { parseDictionary, serializeDictionary } from 'structured-headers'
import { fromBase64, toBase64, toBase64url, utf8 } from './bytes.ts'
import type { CryptoPort, PrivateKey } from './crypto/port.ts'
import { HoldfastError } from './errors.ts'
import type { Fields } from './fields.ts'

export const signatureLabel = 'hf'
export const signatureTag = 'holdfast'
export const signatureAlgorithm = 'ecdsa-p256-sha256'

/** Seconds: how far `created` may lie behind and ahead of the receiver's clock. */
export const createdWindow: { readonly past: number; readonly future: number } = { past: 60, future: 5 }

/** Fields the signature covers whenever the request has them, in this order, after the three that are always there. */
export const coveredWhenPresent = [
  'authorization',
  'content-type',
  'idempotency-key',
  'holdfast-approval',
] as const

/** Methods that change nothing (RFC 9110 section 9.2.1); every other one carries an Idempotency-Key. */
export function isSafeMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/** What of a request enters its signature. `targetUri` is the public origin followed by the raw target. */
export type RequestMessage = { readonly method: string; readonly targetUri: string; readonly fields: Fields }

/** The component identifiers this request's signature must cover, in order. */
export function coveredComponents(fields: Fields, routeFields: readonly string[]): string[] {
  const components = ['@method', '@target-uri', 'content-digest']
  for (const name of coveredWhenPresent) if (fields.has(name)) components.push(name)
  for (const name of routeFields) if (fields.has(name) && !components.includes(name)) components.push(name)
  return components
}

export type SignatureParameters = {
  /** Seconds since 1970. */
  readonly created: number
  /** 128 random bits, base64url. */
  readonly nonce: string
  /** RFC 7638 thumbprint of the signing key. */
  readonly keyid: string
}

/** The inner list with its parameters: the value of `@signature-params` and of the member in Signature-Input. */
export function serialiseParameters(components: readonly string[], parameters: SignatureParameters): string {
  const list = components.map((name) => `"${name}"`).join(' ')
  return `(${list});created=${parameters.created};nonce="${parameters.nonce}";keyid="${parameters.keyid}";alg="${signatureAlgorithm}";tag="${signatureTag}"`
}

function componentValue(message: RequestMessage, name: string): string {
  if (name === '@method') return message.method
  if (name === '@target-uri') return message.targetUri
  const value = message.fields.get(name)
  if (value === undefined) throw new HoldfastError('signature_invalid')
  return value
}

/** The signature base of RFC 9421 section 2.5. Field values are single-line ASCII already, so no line can be forged. */
export function signatureBase(
  message: RequestMessage,
  components: readonly string[],
  serialisedParameters: string,
): string {
  let base = ''
  for (const name of components) base += `"${name}": ${componentValue(message, name)}\n`
  return `${base}"@signature-params": ${serialisedParameters}`
}

export type RequestSignature = {
  readonly components: readonly string[]
  readonly parameters: SignatureParameters
  readonly algorithm: string
  readonly signature: Uint8Array
  /** The member of Signature-Input as received. */
  readonly serialisedParameters: string
}

const memberPattern =
  /^\(((?:"[!-~]+"(?: (?=")|(?=\))))*)\);created=(\d{1,10});nonce="([A-Za-z0-9_-]{22})";keyid="([A-Za-z0-9_-]{43})";alg="([a-z0-9-]{1,40})";tag="holdfast"$/
const signaturePattern = /^:([A-Za-z0-9+/]{86}==):$/

/**
 * The one member of a dictionary field whose text we need. The usual request has exactly one member, ours; otherwise the
 * field is parsed as a structured field (RFC 9651), and must be in canonical form: a repeated label would vanish in parsing.
 */
function memberText(value: string, carriesOurTag: (parameters: Map<string, unknown>) => boolean): string {
  const prefix = `${signatureLabel}=`
  if (value.startsWith(prefix) && !value.includes(', ')) return value.slice(prefix.length)
  const dictionary = parseDictionary(value)
  if (serializeDictionary(dictionary) !== value) throw new TypeError('not canonical')
  for (const [label, member] of dictionary) {
    if (label !== signatureLabel && carriesOurTag(member[1]))
      throw new TypeError('a second signature with our tag')
  }
  const ours = dictionary.get(signatureLabel)
  if (ours === undefined) throw new TypeError('no member of ours')
  return serializeDictionary(new Map([[signatureLabel, ours]])).slice(prefix.length)
}

/**
 * Reads Signature-Input and Signature strictly; believes nothing yet. Throws `signature_missing` when either is absent,
 * `signature_invalid` unless there is exactly one signature with our tag, labelled `hf`, with our parameters in our order.
 */
export function parseRequestSignature(fields: Fields): RequestSignature {
  const input = fields.get('signature-input')
  const value = fields.get('signature')
  if (input === undefined || value === undefined) throw new HoldfastError('signature_missing')
  try {
    const serialisedParameters = memberText(input, (parameters) => parameters.get('tag') === signatureTag)
    const member = memberPattern.exec(serialisedParameters)
    const signature = signaturePattern.exec(memberText(value, () => false))
    if (member === null || signature === null) throw new TypeError('foreign form')
    const [, list, created, nonce, keyid, algorithm] = member as unknown as string[]
    return {
      components: (list as string).split(' ').map((name) => name.slice(1, -1)),
      parameters: { created: Number(created), nonce: nonce as string, keyid: keyid as string },
      algorithm: algorithm as string,
      signature: fromBase64(signature[1] as string),
      serialisedParameters,
    }
  } catch (cause) {
    throw new HoldfastError('signature_invalid', { cause })
  }
}

/** `Content-Digest` of RFC 9530 with the one algorithm of the profile; the empty body has one too. */
export async function contentDigest(body: Uint8Array, crypto: CryptoPort): Promise<string> {
  return `sha-256=:${toBase64(await crypto.sha256(body))}:`
}

const digestPattern = /^sha-256=:([A-Za-z0-9+/]{43}=):$/

/** The 32 bytes of a Content-Digest in our profile, else `digest_mismatch`. */
export function parseContentDigest(value: string | undefined): Uint8Array {
  const digest = value === undefined ? null : digestPattern.exec(value)
  try {
    if (digest !== null) return fromBase64(digest[1] as string)
  } catch (cause) {
    throw new HoldfastError('digest_mismatch', { cause })
  }
  throw new HoldfastError('digest_mismatch')
}

export type SigningKey = { readonly thumbprint: string; sign(data: Uint8Array): Promise<Uint8Array> }

/** A key in memory as a signer. */
export function signingKey(thumbprint: string, key: PrivateKey, crypto: CryptoPort): SigningKey {
  return { thumbprint, sign: async (data: Uint8Array): Promise<Uint8Array> => crypto.sign(key, data) }
}

export type SignRequestInput = {
  readonly message: RequestMessage
  readonly routeFields: readonly string[]
  /** Seconds since 1970 by the server's clock. */
  readonly created: number
  readonly key: SigningKey
}

/** The two fields to add. The message must already carry its Content-Digest. */
export async function signRequest(
  input: SignRequestInput,
  crypto: CryptoPort,
): Promise<{ 'signature-input': string; signature: string }> {
  const components = coveredComponents(input.message.fields, input.routeFields)
  const parameters = serialiseParameters(components, {
    created: input.created,
    nonce: toBase64url(crypto.random(16)),
    keyid: input.key.thumbprint,
  })
  const signature = await input.key.sign(utf8(signatureBase(input.message, components, parameters)))
  return {
    'signature-input': `${signatureLabel}=${parameters}`,
    signature: `${signatureLabel}=:${toBase64(signature)}:`,
  }
}
