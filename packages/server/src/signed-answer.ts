/** An application's answer signed by the service, on routes that promise it (docs/protocol.md 3.8). */
import { HoldfastError, signAnswer } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Deployment } from './deployment.ts'
import type { KeptAnswer } from './idempotency.ts'
import { assertVerified, type VerifiedRequest } from './request.ts'
import { messageOf } from './signature.ts'

/** What a signature says, nobody else may say beside it. */
const ours: ReadonlySet<string> = new Set(['content-digest', 'signature', 'signature-input'])
/** What an answer without a type is taken for (RFC 9110 section 8.3); the signature covers one always. */
const unnamedType = ['content-type', 'application/octet-stream'] as const

/** A signature base is ASCII (RFC 9421 section 2.5): what else stands in the type could not be signed as it is sent. */
const printable = /^[\x20-\x7e]*$/

/** Signs for this very request, so that a kept answer is signed anew each time it is given. */
export type Sign = (request: VerifiedRequest, answer: KeptAnswer) => Promise<KeptAnswer>

/** What it makes rejects with `upstream_invalid` for an answer of two types, or of one that is not printable ASCII. */
export function createSign({ keys, origin }: Pick<Deployment, 'keys' | 'origin'>): Sign {
  return async function sign(request: VerifiedRequest, answer: KeptAnswer): Promise<KeptAnswer> {
    assertVerified(request)
    const { status, body } = answer
    const given = answer.fields.filter(([name]) => !ours.has(name))
    const types = given.filter(([name]) => name === 'content-type')
    if (types.length > 1) throw new HoldfastError('upstream_invalid')
    const [type = unnamedType] = types
    if (!printable.test(type[1])) throw new HoldfastError('upstream_invalid')
    const { kid, privateKey: key } = keys.token()
    // Wall clock as it is, as in every other signed answer.
    const created = Math.floor(Date.now() / 1000)
    const message = messageOf(request.head, origin)
    const signed = await signAnswer(
      { author: 'backend', status, contentType: type[1], body, request: message, created, key, kid },
      nodeCrypto,
    )
    const fields = types.length === 0 ? [...given, type] : given
    return { status, fields: [...fields, ...Object.entries(signed)], body }
  }
}
