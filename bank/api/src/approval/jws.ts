/** A compact JWS (RFC 7515) as Holdfast writes them: ES256, one type for each message. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import * as v from 'valibot'
import { Refusal } from '../refusal.ts'

export type Jwk = { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }

export type Jws = {
  readonly kid: string | undefined
  readonly jwk: Jwk | undefined
  readonly payload: unknown
  readonly isSignedBy: (key: Jwk) => boolean
}

const coordinate = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/))
export const jwkForm: v.GenericSchema<unknown, Jwk> = v.strictObject({
  kty: v.literal('EC'),
  crv: v.literal('P-256'),
  x: coordinate,
  y: coordinate,
})
const headerForm = v.strictObject({
  alg: v.literal('ES256'),
  typ: v.string(),
  kid: v.exactOptional(v.string()),
  jwk: v.exactOptional(jwkForm),
})

export function publicKey(jwk: object): KeyObject {
  return createPublicKey({ key: jwk as never, format: 'jwk' })
}

export function digest(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('base64url')
}

/** RFC 7638. */
export function thumbprint({ crv, kty, x, y }: Jwk): string {
  return digest(JSON.stringify({ crv, kty, x, y }))
}

/** Nobody is believed yet. Throws `approval_refused` for what is none of this type. */
export function readJws(text: string, type: string): Jws {
  const [head = '', body = '', signature = '', ...rest] = text.split('.')
  const header = v.safeParse(headerForm, readJson(head))
  if (rest.length > 0 || !header.success || header.output.typ !== type) throw new Refusal('approval_refused')
  const signed = Buffer.from(`${head}.${body}`)
  return {
    kid: header.output.kid,
    jwk: header.output.jwk,
    payload: readJson(body),
    isSignedBy: (key) =>
      verify(
        'sha256',
        signed,
        { key: publicKey(key), dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      ),
  }
}

/** Throws `approval_refused` for what is no JSON in base64url. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    throw new Refusal('approval_refused')
  }
}
