/** Requests signed as docs/protocol.md 3 says, made fast: one synchronous signature each, everything else prepared. */

import { coveredComponents, serialiseParameters, signatureBase } from '@holdfast/core'
import type { RequestMessage } from '@holdfast/core'
import { createHash, createPrivateKey, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Make } from './target.ts'

/** One phone with a session: who signs and under which token. */
export interface Signer {
  readonly thumbprint: string
  /** PKCS #8, PEM. */
  readonly privateKey: string
  /** Null for calls a device key signs alone. */
  readonly accessToken: string | null
}

/** A signer whose device key can be used too. */
export interface Phone extends Signer {
  readonly deviceId: string
  readonly device: Signer
}

/** State of `make`. The signers take turns. */
export interface SignedTraffic {
  /** The service's public origin, as signatures cover it. */
  readonly origin: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** JSON text; empty for GET. */
  readonly body: string
  readonly signers: readonly Signer[]
}

export function make(state: unknown, count: number): Uint8Array[] {
  const traffic = state as SignedTraffic
  const nextFields = signing(traffic)
  return Array.from({ length: count }, () => requestText(traffic, nextFields()))
}
make satisfies Make

/** Fields for one request after the other. The signers take turns. */
export function signing(traffic: SignedTraffic): () => Map<string, string> {
  const makers = traffic.signers.map((signer) => fieldsMaker(traffic, signer))
  let turn = 0
  return () => {
    const maker = makers[turn++ % makers.length]
    if (maker === undefined) throw new TypeError('no signers')
    return maker()
  }
}

function fieldsMaker(traffic: SignedTraffic, signer: Signer): () => Map<string, string> {
  const key = createPrivateKey(signer.privateKey)
  const digest = createHash('sha256').update(traffic.body).digest('base64')
  const fixed = new Map([['content-digest', `sha-256=:${digest}:`]])
  if (signer.accessToken !== null) fixed.set('authorization', `Holdfast ${signer.accessToken}`)
  if (traffic.method === 'POST') fixed.set('content-type', 'application/json')
  return () => {
    const fields = new Map(fixed)
    if (traffic.method === 'POST' && signer.accessToken !== null)
      fields.set('idempotency-key', randomBytes(16).toString('base64url'))
    const message = { method: traffic.method, targetUri: traffic.origin + traffic.path, fields }
    for (const [name, value] of signatureFields(message, signer.thumbprint, key)) fields.set(name, value)
    return fields
  }
}

/** Signature-Input and Signature over all the message's fields that are to be covered. */
export function signatureFields(message: RequestMessage, keyid: string, key: KeyObject): [string, string][] {
  const components = coveredComponents(message.fields, [])
  const parameters = serialiseParameters(components, {
    created: Math.floor(Date.now() / 1000),
    nonce: randomBytes(16).toString('base64url'),
    keyid,
  })
  const base = Buffer.from(signatureBase(message, components, parameters), 'latin1')
  const signature = sign('sha256', base, { key, dsaEncoding: 'ieee-p1363' }).toString('base64')
  return [
    ['signature-input', `hf=${parameters}`],
    ['signature', `hf=:${signature}:`],
  ]
}

export function requestText(
  traffic: Omit<SignedTraffic, 'signers'>,
  fields: ReadonlyMap<string, string>,
): Uint8Array {
  const lines = [...fields].map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const length = traffic.method === 'POST' ? `content-length: ${Buffer.byteLength(traffic.body)}\r\n` : ''
  const head = `${traffic.method} ${traffic.path} HTTP/1.1\r\nhost: ${new URL(traffic.origin).host}\r\naccept: application/json\r\n`
  return Buffer.from(`${head}${lines}${length}\r\n${traffic.body}`)
}
