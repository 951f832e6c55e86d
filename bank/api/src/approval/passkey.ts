/** What a passkey signed (WebAuthn Level 3 section 7.2), as far as evidence goes. */
import { createHash, type KeyObject, verify } from 'node:crypto'
import * as v from 'valibot'
import { digest, publicKey } from './jws.ts'

export type Pages = { readonly origins: readonly string[]; readonly rpId: string }

export type Assertion = {
  /** COSE key, b64u like the rest. */
  readonly key: string
  readonly authenticator_data: string
  readonly client_data: string
  readonly signature: string
}

const clientForm = v.object({
  type: v.literal('webauthn.get'),
  challenge: v.string(),
  origin: v.string(),
  crossOrigin: v.exactOptional(v.literal(false)),
})

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')
const sha256 = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest()
/** User present, user verified (section 6.1). */
const presentAndVerified = 0b101

/** Whether this assertion is over `input`, by one of our pages, its user looked at. */
export function isAsserted(assertion: Assertion, input: string, { origins, rpId }: Pages): boolean {
  const data = bytes(assertion.authenticator_data)
  const client = bytes(assertion.client_data)
  const said = v.safeParse(clientForm, parsed(client))
  const key = coseKey(bytes(assertion.key))
  if (!said.success || key === null || data.length < 37) return false
  return (
    said.output.challenge === digest(input) &&
    origins.includes(said.output.origin) &&
    data.subarray(0, 32).equals(sha256(rpId)) &&
    ((data[32] ?? 0) & presentAndVerified) === presentAndVerified &&
    verify('sha256', Buffer.concat([data, sha256(client)]), key, bytes(assertion.signature))
  )
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString())
  } catch {
    return null
  }
}

const es256 = /^a5010203262001215820([0-9a-f]{64})225820([0-9a-f]{64})$/
const rs256 = /^a401030339010020590([12])00([0-9a-f]+)2143([0-9a-f]{6})$/

/** ES256 and RS256 in the one encoding CTAP2 allows (canonical CBOR); null for anything else. */
function coseKey(cose: Buffer): KeyObject | null {
  const hex = cose.toString('hex')
  const text = (part = ''): string => Buffer.from(part, 'hex').toString('base64url')
  try {
    const [point, x, y] = es256.exec(hex) ?? []
    if (point !== undefined) return publicKey({ kty: 'EC', crv: 'P-256', x: text(x), y: text(y) })
    const [modulus, size, n, e] = rs256.exec(hex) ?? []
    if (modulus === undefined || n?.length !== Number(size) * 512) return null
    return publicKey({ kty: 'RSA', n: text(n), e: text(e) })
  } catch {
    // A point that is on no curve.
    return null
  }
}
