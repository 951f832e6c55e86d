/**
 * The signed request: RFC 9421 and RFC 9530 in one fixed profile (docs/protocol.md 3).
 * The receiver rebuilds the list of covered components from the request and its policy; the sender does not choose it.
 */
import { parseDictionary, serializeDictionary } from 'structured-headers'
import { base64url16, base64url32, fromBase64, toBase64, toBase64url, utf8 } from './bytes.ts'
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
  'holdfast-reply-key',
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

const printable = /^[\x20-\x7e]*$/

function componentValue(message: RequestMessage, name: string): string {
  if (name === '@method') return message.method
  if (name === '@target-uri') return message.targetUri
  const value = message.fields.get(name)
  if (value === undefined) throw new HoldfastError('signature_invalid')
  return value
}

/**
 * The signature base of RFC 9421 section 2.5. No line can be forged: {@link Fields} hold printable ASCII only, and a method
 * or target that does not is `ambiguous_request`. A component the message lacks is `signature_invalid`.
 */
export function signatureBase(
  message: RequestMessage,
  components: readonly string[],
  serialisedParameters: string,
): string {
  if (!printable.test(message.method) || !printable.test(message.targetUri))
    throw new HoldfastError('ambiguous_request')
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

/** Characters. Further signatures beside ours are read by a slower parser, so what they may cost is bounded. */
const maxSignatureField = 2048

// A whole field with ours as its only member, in canonical form: what matches has no second member and no other spelling.
// Names are field names or derived ones, so no quote, comma or parenthesis hides in them; each part ends where the next
// begins, so matching takes linear time.
const componentName = "@?[a-z0-9!#$%&'*+.^_`|~-]+"
const inputPattern = new RegExp(
  `^${signatureLabel}=(\\((?:"(${componentName}(?:" "${componentName})*)")?\\)` +
    `;created=(0|[1-9][0-9]{0,9});nonce="(${sourceOf(base64url16)})";keyid="(${sourceOf(base64url32)})"` +
    `;alg="([a-z0-9-]{1,40})";tag="${signatureTag}")$`,
)
const signaturePattern = new RegExp(`^${signatureLabel}=:([A-Za-z0-9+/]{85}[AQgw]==):$`)

/** A pattern without its anchors. */
function sourceOf(pattern: RegExp): string {
  return pattern.source.slice(1, -1)
}

/** Our member written alone, when others stand beside it. Their form is checked too: RFC 9651 fields fail as a whole. */
function withoutOthers(value: string): string {
  if (value.length > maxSignatureField) throw new TypeError('too long')
  const dictionary = parseDictionary(value)
  // A label or parameter that occurs twice would vanish in parsing; it does not come back in writing.
  if (serializeDictionary(dictionary) !== value) throw new TypeError('not canonical')
  for (const [label, [, parameters]] of dictionary) {
    if (label !== signatureLabel && parameters.get('tag') === signatureTag)
      throw new TypeError('a second signature with our tag')
  }
  const ours = dictionary.get(signatureLabel)
  if (ours === undefined) throw new TypeError('no member of ours')
  return serializeDictionary(new Map([[signatureLabel, ours]]))
}

function ownMember(value: string, pattern: RegExp): RegExpExecArray {
  const member = pattern.exec(value) ?? pattern.exec(withoutOthers(value))
  if (member === null) throw new TypeError('foreign form')
  return member
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
    const [, text, list, created, nonce, keyid, algorithm] = ownMember(input, inputPattern)
    const [, signature] = ownMember(value, signaturePattern)
    return {
      components: list === undefined ? [] : list.split('" "'),
      parameters: { created: Number(created), nonce: nonce as string, keyid: keyid as string },
      algorithm: algorithm as string,
      signature: fromBase64(signature as string),
      serialisedParameters: text as string,
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
