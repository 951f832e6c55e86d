/** Who an operator is: name and secret over HTTP Basic (RFC 7617), on a listener that is not public. */
import { equal, fromBase64, fromUtf8, HoldfastError, toBase64url, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { auditEntry, systemActor } from './audit.ts'
import type { Deployment } from './deployment.ts'
import type { RequestHead } from './head.ts'
import { limitRate } from './rate.ts'
import type { AuditEntry, OperatorRecord } from './store.ts'

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

/** A name and a secret nobody has yet. */
export function newCredentials(name: string): OperatorCredentials {
  return { name, secret: `hfo_${toBase64url(nodeCrypto.random(32))}` }
}

/** What to store of them. */
export function operatorRecord(
  { name, secret }: OperatorCredentials,
  deployment: Deployment,
): OperatorRecord {
  return { name, secretDigest: digestOf(name, secret, deployment), createdAt: deployment.clock.now() }
}

export function addedEntry(name: string, actor: string, { clock }: Deployment): AuditEntry {
  return auditEntry('operator.added', { at: clock.now(), actor, detail: { name } })
}

/** `actor`: who adds. Rejects with `operator_exists`. */
export async function addOperator(
  name: string,
  actor: string,
  deployment: Deployment,
): Promise<OperatorCredentials> {
  const credentials = newCredentials(name)
  const record = operatorRecord(credentials, deployment)
  if (await deployment.store.addOperator(record, addedEntry(name, actor, deployment))) return credentials
  throw new HoldfastError('operator_exists')
}

/** True when these open the admin API. */
export async function isCurrent(
  { name, secret }: OperatorCredentials,
  deployment: Deployment,
): Promise<boolean> {
  return fits(await deployment.store.findOperator(name), digestOf(name, secret, deployment))
}

function fits(operator: OperatorRecord | null, digest: string): boolean {
  // An unknown name is compared too, with a digest nothing has: the time does not tell names apart.
  return equal(utf8(operator?.secretDigest ?? 'x'.repeat(digest.length)), utf8(digest))
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
  if (fits(operator, digestOf(given.name, given.secret, deployment))) return given.name
  await limitRate('operator', head.remote, failuresPerMinute, deployment)
  const detail = { remote: head.remote }
  const actor = operator?.name ?? systemActor
  await store.appendAudit(auditEntry('operator.refused', { at: clock.now(), actor, detail }))
  throw new HoldfastError('operator_required')
}
