/** Who an operator is: name and secret over HTTP Basic (RFC 7617), on a listener that is not public. */
import { equal, fromBase64, fromUtf8, HoldfastError, toBase64url, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { auditEntry, systemActor } from './audit.ts'
import type { Deployment } from './deployment.ts'
import type { RequestHead } from './head.ts'
import { limitRate } from './rate.ts'
import type { OperatorRecord } from './store.ts'

export type OperatorCredentials = {
  readonly name: string
  /** Shown once; only its digest is kept. */
  readonly secret: string
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const failuresPerMinute = 10

/** The audit's word for nobody is no name for an operator. */
export function isOperatorName(name: string): boolean {
  return namePattern.test(name) && name !== systemActor
}

/**
 * The secret has 256 random bits: nobody searches that many, so a keyed digest keeps it as well as a slow hash would,
 * and costs nothing at every call.
 */
function digestOf(name: string, secret: string, { keys }: Deployment): string {
  return keys.digest(`operator:${name}`, secret)
}

/** A new operator: what to store, and the secret to show once. */
export function newOperator(
  name: string,
  deployment: Deployment,
): { readonly credentials: OperatorCredentials; readonly record: OperatorRecord } {
  const secret = `hfo_${toBase64url(nodeCrypto.random(32))}`
  const secretDigest = digestOf(name, secret, deployment)
  return { credentials: { name, secret }, record: { name, secretDigest, createdAt: deployment.clock.now() } }
}

/** Null unless the field is well formed. */
function parseBasic(authorization: string | undefined): OperatorCredentials | null {
  const encoded = /^Basic ([A-Za-z0-9+/]{1,400}={0,2})$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return null
  try {
    const text = fromUtf8(fromBase64(encoded))
    const [name = ''] = text.split(':', 1)
    return isOperatorName(name) ? { name, secret: text.slice(name.length + 1) } : null
  } catch {
    return null
  }
}

/** The operator's name. Throws `operator_required`, or `rate_limited` after some failures from one address. */
export async function authenticate(head: RequestHead, deployment: Deployment): Promise<string> {
  const { store, clock } = deployment
  const given = parseBasic(head.fields.get('authorization'))
  if (given === null) throw new HoldfastError('operator_required')
  const operator = await store.findOperator(given.name)
  // An unknown name is compared too, with a digest nothing has: the time does not tell names apart.
  const digest = digestOf(given.name, given.secret, deployment)
  if (equal(utf8(operator?.secretDigest ?? 'x'.repeat(digest.length)), utf8(digest))) return given.name
  await limitRate('operator', head.remote, failuresPerMinute, deployment)
  const detail = { remote: head.remote }
  const actor = operator?.name ?? systemActor
  await store.appendAudit(auditEntry('operator.refused', { at: clock.now(), actor, detail }))
  throw new HoldfastError('operator_required')
}
