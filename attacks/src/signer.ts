/**
 * A signer that does as it is told, rightly by default and wrongly on demand. It shares the signature base with the product
 * (core) and nothing else: whatever the profile fixes may be twisted here.
 */
import type { KeyObject } from 'node:crypto'
import {
  contentDigest,
  coveredComponents,
  type PublicJwk,
  signatureAlgorithm,
  signatureLabel,
  signatureTag,
  thumbprint,
  toBase64,
  toBase64url,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { FieldLine, RawRequest } from './raw.ts'

export type LabKey = {
  readonly jwk: PublicJwk
  readonly thumbprint: string
  sign(data: Uint8Array): Uint8Array
  /** The private half in PEM. */
  pem(): string
}

export async function makeKey(): Promise<LabKey> {
  const pair = nodeCrypto.generateKeyPair()
  return {
    jwk: pair.publicJwk,
    thumbprint: await thumbprint(pair.publicJwk, nodeCrypto),
    sign: (data) => nodeCrypto.sign(pair.privateKey, data),
    pem: () => (pair.privateKey as unknown as KeyObject).export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
}

export type Draft = {
  readonly method: string
  readonly target: string
  readonly fields?: readonly FieldLine[]
  readonly body?: string | Uint8Array
}

export type Credentials = {
  /** The service's public origin: the first half of `@target-uri`. */
  readonly origin: string
  readonly key: LabKey
  readonly token?: string
}

/** What to do otherwise than the protocol says; nothing here gives a right signature. */
export type Twist = {
  /** Seconds relative to now. */
  readonly age?: number
  readonly nonce?: string
  readonly keyid?: string
  readonly alg?: string
  readonly tag?: string
  readonly label?: string
  readonly components?: readonly string[]
  /** Signs while `keyid` names the credentials' key. */
  readonly signedBy?: LabKey
  /** The signature's bytes as they go out. */
  readonly mangle?: (signature: Uint8Array) => Uint8Array
  /** Names of fields the route adds to the covered ones. */
  readonly routeFields?: readonly string[]
}

export function randomText(bytes = 16): string {
  return toBase64url(nodeCrypto.random(bytes))
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** Fields joined the way a receiver joins them (RFC 9421 section 2.1), whatever was repeated. */
function joined(lines: readonly FieldLine[]): Map<string, string> {
  const fields = new Map<string, string>()
  for (const [name, value] of lines) {
    const key = name.toLowerCase()
    const before = fields.get(key)
    fields.set(key, before === undefined ? value.trim() : `${before}, ${value.trim()}`)
  }
  return fields
}

function baseOf(
  draft: Draft,
  origin: string,
  fields: ReadonlyMap<string, string>,
  names: readonly string[],
): string {
  const derived: Record<string, string> = {
    '@method': draft.method,
    '@target-uri': `${origin}${draft.target}`,
  }
  return names.map((name) => `"${name}": ${derived[name] ?? fields.get(name) ?? ''}\n`).join('')
}

/** The request with its digest, token and signature, ready for {@link RawRequest} bytes. */
export async function sign(draft: Draft, credentials: Credentials, twist: Twist = {}): Promise<RawRequest> {
  const body = typeof draft.body === 'string' ? utf8(draft.body) : (draft.body ?? new Uint8Array(0))
  const lines: FieldLine[] = [['Host', new URL(credentials.origin).host], ...(draft.fields ?? [])]
  const has = (wanted: string): boolean => lines.some(([name]) => name.toLowerCase() === wanted)
  if (body.length > 0 && !has('content-length') && !has('transfer-encoding'))
    lines.push(['Content-Length', String(body.length)])
  if (credentials.token !== undefined && !has('authorization'))
    lines.push(['Authorization', `Holdfast ${credentials.token}`])
  if (!has('content-digest')) lines.push(['Content-Digest', await contentDigest(body, nodeCrypto)])
  const fields = joined(lines)
  const names = twist.components ?? coveredComponents(fields, twist.routeFields ?? [])
  const list = names.map((name) => `"${name}"`).join(' ')
  const created = nowSeconds() - (twist.age ?? 0)
  const parameters =
    `(${list});created=${created};nonce="${twist.nonce ?? randomText()}";keyid="${twist.keyid ?? credentials.key.thumbprint}"` +
    `;alg="${twist.alg ?? signatureAlgorithm}";tag="${twist.tag ?? signatureTag}"`
  const base = `${baseOf(draft, credentials.origin, fields, names)}"@signature-params": ${parameters}`
  const signature = (twist.signedBy ?? credentials.key).sign(utf8(base))
  const sent = twist.mangle === undefined ? signature : twist.mangle(signature)
  const label = twist.label ?? signatureLabel
  lines.push(['Signature-Input', `${label}=${parameters}`], ['Signature', `${label}=:${toBase64(sent)}:`])
  return { method: draft.method, target: draft.target, fields: lines, body }
}

/** The request with other field lines: null takes a field out, text puts it in the place of the old one. */
export function altered(request: RawRequest, changes: Readonly<Record<string, string | null>>): RawRequest {
  const names = new Map(Object.entries(changes).map(([name, value]) => [name.toLowerCase(), value]))
  const fields = request.fields.flatMap(([name, value]): FieldLine[] => {
    const change = names.get(name.toLowerCase())
    if (change === undefined) return [[name, value]]
    return change === null ? [] : [[name, change]]
  })
  return { ...request, fields }
}

/** The request with further lines at the end of its head. */
export function withLines(request: RawRequest, ...lines: readonly FieldLine[]): RawRequest {
  return { ...request, fields: [...request.fields, ...lines] }
}
