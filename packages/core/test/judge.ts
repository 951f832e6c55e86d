/** What a receiver decides about a signed request before it asks any state: core's parts in the order of docs/protocol.md 3. */
import { equal, utf8 } from '../src/bytes.ts'
import { nodeCrypto } from '../src/crypto/node.ts'
import { HoldfastError } from '../src/errors.ts'
import { parseFields } from '../src/fields.ts'
import { type PublicJwk, thumbprint } from '../src/jwk.ts'
import {
  coveredComponents,
  createdWindow,
  isSafeMethod,
  parseContentDigest,
  parseRequestSignature,
  signatureAlgorithm,
  signatureBase,
} from '../src/request.ts'
import { parseTarget } from '../src/target.ts'

export type ReceivedRequest = {
  readonly method: string
  readonly target: string
  readonly fields: ReadonlyArray<readonly [string, string]>
  readonly body: string
}

export type Receiver = {
  readonly origin: string
  /** Seconds since 1970. */
  readonly now: number
  readonly key: PublicJwk
  readonly routeFields: readonly string[]
}

const methods = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])

function insist(holds: boolean, code: ConstructorParameters<typeof HoldfastError>[0]): void {
  if (!holds) throw new HoldfastError(code)
}

/** The rebuilt signature base; throws what the receiver answers. */
export async function judge(request: ReceivedRequest, receiver: Receiver): Promise<string> {
  const { method, body } = request
  insist(methods.has(method), 'method_refused')
  const targetUri = receiver.origin + parseTarget(request.target).raw
  const fields = parseFields(request.fields.flat())
  insist(!fields.has('upgrade'), 'upgrade_refused')
  insist(body === '' || !isSafeMethod(method), 'body_refused')
  insist((fields.get('content-encoding') ?? 'identity') === 'identity', 'content_encoding_refused')

  const signature = parseRequestSignature(fields)
  const expected = coveredComponents(fields, receiver.routeFields)
  insist(JSON.stringify(signature.components) === JSON.stringify(expected), 'signature_invalid')
  insist(signature.algorithm === signatureAlgorithm, 'signature_invalid')
  const { created, keyid } = signature.parameters
  insist(keyid === (await thumbprint(receiver.key, nodeCrypto)), 'signature_invalid')
  const age = receiver.now - created
  insist(age <= createdWindow.past && -age <= createdWindow.future, 'signature_expired')
  const idempotencyKey = fields.get('idempotency-key') ?? ''
  insist(isSafeMethod(method) || /^[A-Za-z0-9_-]{16,128}$/.test(idempotencyKey), 'idempotency_key_missing')
  const base = signatureBase({ method, targetUri, fields }, expected, signature.serialisedParameters)
  const key = nodeCrypto.importPublicKey(receiver.key)
  insist(nodeCrypto.verify(key, utf8(base), signature.signature), 'signature_invalid')
  const digest = parseContentDigest(fields.get('content-digest'))
  insist(equal(digest, nodeCrypto.sha256(utf8(body))), 'digest_mismatch')
  return base
}
