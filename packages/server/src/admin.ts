/** The admin API: one table of method, path and what to do. Who calls is known here; every change names them in the audit. */
import { HoldfastError } from '@holdfast/core'
import * as v from 'valibot'
import type { Approvals, Hold } from './approval.ts'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import type { Devices } from './device.ts'
import type { Enrolment } from './enrolment.ts'
import type { RequestHead } from './head.ts'
import { addOperator, isOperatorName } from './operator-credentials.ts'
import { askForOperator, neededOperators } from './operator-words.ts'
import type { Shares } from './share.ts'
import type { DeviceRecord, StoredAuditEntry } from './store.ts'
import type { WipeDecision, WipeGuard } from './wipe-memory.ts'

export type AdminCall = {
  readonly head: RequestHead
  /** Parsed JSON; undefined when there was no body. */
  readonly body: unknown
  /** Name of the operator, authenticated. */
  readonly operator: string
}
export type AdminFeatures = {
  readonly enrolment: Enrolment
  readonly devices: Devices
  readonly shares: Pick<Shares, 'wipe'>
  readonly wipes: Pick<WipeGuard, 'accept'>
  readonly approvals: Pick<Approvals, 'holds' | 'decide'>
}
type Tools = AdminFeatures & { readonly deployment: Deployment }
type AdminRoute = {
  readonly method: string
  /** One group at most: the id or name in the path. */
  readonly path: RegExp
  readonly run: (call: AdminCall, named: string, tools: Tools) => Promise<unknown>
}

/** One line people can read, without blanks at its ends. */
const line = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(128),
  v.regex(/^[^\p{C}\p{Z}](?:[^\p{C}\p{Zl}\p{Zp}]*[^\p{C}\p{Z}])?$/u),
)
const whole = v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))
const limit = v.optional(v.pipe(whole, v.minValue(1), v.maxValue(1000)), '100')
const activationBody = v.strictObject({ user: line, send_to: line })
const operatorBody = v.strictObject({ name: v.pipe(v.string(), v.check(isOperatorName)) })
const devicesQuery = v.strictObject({ user: v.optional(line), limit, before: v.optional(whole) })
const auditQuery = v.strictObject({ limit, after: v.optional(whole) })
const holdsQuery: v.GenericSchema<unknown, { state: Hold['state'] }> = v.strictObject({
  state: v.optional(v.picklist(['held', 'released', 'refused', 'spent', 'expired']), 'held'),
})
/** What an operator writes down: who was called, and what was said. */
const decisionBody = v.strictObject({ note: line })
const noQuery = v.strictObject({})
const wipeDecision: v.GenericSchema<string, WipeDecision> = v.picklist(['keep', 'forget'])
const noBody = v.undefined()

function parse<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, value)
  if (!parsed.success) throw new HoldfastError('bad_request')
  return parsed.output
}

/** The query as an object; a repeated name has two readings, so it is refused. */
function queryOf({ target }: RequestHead): Record<string, string> {
  const pairs = [...new URLSearchParams(target.raw.slice(target.path.length))]
  const query = Object.fromEntries(pairs)
  if (Object.keys(query).length !== pairs.length) throw new HoldfastError('bad_request')
  return query
}

const seconds = (ms: number): number => Math.floor(ms / 1000)

function deviceView(device: DeviceRecord, { policy }: Deployment): Record<string, unknown> {
  const { id, user, name, platform, keyThumbprint, createdAt, revokedAt, suspendedFor: suspended } = device
  const revoked = revokedAt === null ? null : seconds(revokedAt)
  const created = seconds(createdAt)
  const coolingUntil = created + policy.coolingSeconds
  return { id, user, name, platform, key: keyThumbprint, created, revoked, suspended, coolingUntil }
}

function auditView({ at, ...entry }: StoredAuditEntry): Record<string, unknown> {
  return { atMs: at, ...entry }
}

async function listDevices({ head }: AdminCall, { deployment }: Tools): Promise<unknown> {
  const { user = null, before, limit: count } = parse(devicesQuery, queryOf(head))
  const page = before === undefined ? { user, limit: count } : { user, limit: count, before }
  const devices = await deployment.store.listDevices(page)
  const next = devices.length < count ? null : (devices.at(-1)?.createdAt ?? null)
  return { devices: devices.map((device) => deviceView(device, deployment)), next }
}

async function readAudit({ head }: AdminCall, { deployment }: Tools): Promise<unknown> {
  const { after, limit: count } = parse(auditQuery, queryOf(head))
  const entries = await deployment.store.readAudit(
    after === undefined ? { limit: count } : { after, limit: count },
  )
  const next = entries.length < count ? null : (entries.at(-1)?.id ?? null)
  return { entries: entries.map(auditView), next }
}

async function issueActivation({ body, operator }: AdminCall, { enrolment }: Tools): Promise<unknown> {
  const { user, send_to: sendTo } = parse(activationBody, body)
  const { code, codeId, expiresAt } = await enrolment.issue({ user, sendTo, createdBy: operator })
  return { code, code_id: codeId, expires: seconds(expiresAt) }
}

async function newOperator({ body, operator }: AdminCall, { deployment }: Tools): Promise<unknown> {
  const { name } = parse(operatorBody, body)
  await askForOperator(name, operator, deployment)
  return addOperator(name, operator, deployment)
}

async function removeOperator(
  { operator }: AdminCall,
  name: string,
  { deployment }: Tools,
): Promise<unknown> {
  const { store, clock } = deployment
  const audit = auditEntry('operator.removed', { at: clock.now(), actor: operator, detail: { name } })
  // The last stay: alone, nobody could make another, or one could make whom he likes.
  if (await store.removeOperator(name, neededOperators(deployment), audit)) return {}
  throw new HoldfastError((await store.findOperator(name)) === null ? 'not_found' : 'bad_request')
}

/** False when there was nothing left to delete. */
async function wipeDevice(
  { body, operator }: AdminCall,
  id: string,
  { deployment, shares }: Tools,
): Promise<unknown> {
  parse(v.union([noBody, noQuery]), body)
  if ((await deployment.store.findDevice(id)) === null) throw new HoldfastError('not_found')
  return { wiped: await shares.wipe(id, operator) }
}

/** False when there was nothing to decide. */
async function settleShares(
  { body, operator }: AdminCall,
  decision: string,
  { wipes }: Tools,
): Promise<unknown> {
  parse(v.union([noBody, noQuery]), body)
  return { settled: await wipes.accept(parse(wipeDecision, decision), operator) }
}

async function listOperators({ deployment }: Tools): Promise<unknown> {
  const operators = await deployment.store.listOperators()
  return { operators: operators.map(({ name, createdAt }) => ({ name, created: seconds(createdAt) })) }
}

async function decideHold(
  { body, operator }: AdminCall,
  id: string,
  decision: 'release' | 'refuse',
  { approvals }: Tools,
): Promise<unknown> {
  return approvals.decide(id, { operator, decision, note: parse(decisionBody, body).note })
}

const routes: readonly AdminRoute[] = [
  { method: 'POST', path: /^\/admin\/activations$/, run: (call, _, tools) => issueActivation(call, tools) },
  { method: 'GET', path: /^\/admin\/devices$/, run: (call, _, tools) => listDevices(call, tools) },
  {
    method: 'POST',
    path: /^\/admin\/devices\/([A-Za-z0-9_-]{16,128})\/revoke$/,
    async run({ body, operator }: AdminCall, id: string, { devices, deployment }: Tools): Promise<unknown> {
      parse(v.union([noBody, noQuery]), body)
      const device = await devices.revoke(id, operator)
      if (device === null) throw new HoldfastError('not_found')
      return { device: deviceView(device, deployment) }
    },
  },
  { method: 'POST', path: /^\/admin\/devices\/([A-Za-z0-9_-]{16,128})\/wipe$/, run: wipeDevice },
  { method: 'POST', path: /^\/admin\/shares\/(keep|forget)$/, run: settleShares },
  {
    method: 'GET',
    path: /^\/admin\/holds$/,
    run: ({ head }, _, { approvals }) => approvals.holds(parse(holdsQuery, queryOf(head)).state),
  },
  {
    method: 'POST',
    path: /^\/admin\/holds\/([A-Za-z0-9_-]{16,128})\/release$/,
    run: (call, id, tools) => decideHold(call, id, 'release', tools),
  },
  {
    method: 'POST',
    path: /^\/admin\/holds\/([A-Za-z0-9_-]{16,128})\/refuse$/,
    run: (call, id, tools) => decideHold(call, id, 'refuse', tools),
  },
  { method: 'GET', path: /^\/admin\/audit$/, run: (call, _, tools) => readAudit(call, tools) },
  { method: 'GET', path: /^\/admin\/operators$/, run: (_call, _, tools) => listOperators(tools) },
  { method: 'POST', path: /^\/admin\/operators$/, run: (call, _, tools) => newOperator(call, tools) },
  { method: 'DELETE', path: /^\/admin\/operators\/([A-Za-z0-9._-]{1,64})$/, run: removeOperator },
]

/** The JSON of an answer. Throws `not_found`, `method_refused`, `bad_request`, or what the call throws. */
export function createAdminCalls(
  deployment: Deployment,
  features: AdminFeatures,
): (call: AdminCall) => Promise<unknown> {
  const tools = { ...features, deployment }
  return async function run(call: AdminCall): Promise<unknown> {
    const { path } = call.head.target
    const here = routes.filter((route) => route.path.test(path))
    if (here.length === 0) throw new HoldfastError('not_found')
    const route = here.find(({ method }) => method === call.head.method)
    if (route === undefined) throw new HoldfastError('method_refused')
    return route.run(call, route.path.exec(path)?.[1] ?? '', tools)
  }
}
