/** What the listener for operators answers: health and metrics to everybody on this machine, the rest to operators. */
import { fromBase64url, fromUtf8, HoldfastError } from '@holdfast/core'
import type { RequestHead } from '@holdfast/server'
import * as v from 'valibot'
import { parseCapture } from '../explain/capture.ts'
import { Complaint } from '../config/complaint.ts'
import { explain } from '../explain/explain.ts'
import { keyUses, rotateKey } from '../keys.ts'
import { healthOf } from './health.ts'
import type { Service } from '../service.ts'

export type AdminContext = {
  readonly service: Service
  /** Prometheus text. */
  metrics(): Promise<string>
}
export type AdminCall = {
  readonly head: RequestHead
  /** Rejects with `body_too_large`. Nothing is read before it is called. */
  readonly readBody: (limitBytes: number) => Promise<Uint8Array>
  readonly context: AdminContext
}

/** What a stranger may have read before their credentials are looked at. */
const callBodyBytes = 16_384
// A captured request travels in base64url, its body with it.
const explainBodyBytes = 4_194_304

export type AdminAnswer = {
  readonly status: number
  readonly type: string
  readonly body: string | Uint8Array
}

const json = (status: number, value: unknown): AdminAnswer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
})

async function ready({ stores }: Service): Promise<AdminAnswer> {
  try {
    await stores.store.ping()
    await stores.shortLived.ping()
    return json(200, { status: 'ready' })
  } catch {
    return json(503, { status: 'store_unavailable' })
  }
}

function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(fromUtf8(body)) as unknown
  } catch (cause) {
    throw new HoldfastError('bad_request', { cause })
  }
}

function parse<Schema extends v.GenericSchema>(schema: Schema, body: Uint8Array): v.InferOutput<Schema> {
  const form = v.safeParse(schema, parseJson(body))
  if (!form.success) throw new HoldfastError('bad_request')
  return form.output
}

const explainBody = v.strictObject({
  request: v.string(),
  /** Milliseconds since 1970, or null for the moment it was signed. */
  at_ms: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
})

async function answerExplain({ readBody, context: { service } }: AdminCall): Promise<AdminAnswer> {
  const body = await readBody(explainBodyBytes)
  const { request, at_ms: atMs } = parse(explainBody, body)
  try {
    const capture = parseCapture(fromBase64url(request))
    return json(200, await explain(capture, { ...service, atMs }))
  } catch (cause) {
    if (cause instanceof Complaint || cause instanceof TypeError)
      throw new HoldfastError('bad_request', { cause })
    throw cause
  }
}

const rotateBody = v.strictObject({ key: v.picklist(keyUses) })

async function answerRotate({ readBody, context }: AdminCall, operator: string): Promise<AdminAnswer> {
  const body = await readBody(callBodyBytes)
  return json(200, await rotateKey(context.service, parse(rotateBody, body).key, operator))
}

type OwnCall = {
  readonly method: 'GET' | 'POST'
  readonly run: (call: AdminCall, operator: string) => Promise<AdminAnswer>
}

/** Calls of the gateway alone; the server answers the others. */
const own: Readonly<Record<string, OwnCall>> = {
  '/admin/explain': { method: 'POST', run: answerExplain },
  '/admin/health': { method: 'GET', run: async ({ context }) => json(200, await healthOf(context.service)) },
  '/admin/keys/rotate': { method: 'POST', run: answerRotate },
}

async function answerOperator(call: AdminCall): Promise<AdminAnswer> {
  const { head, readBody, context } = call
  const { operators } = context.service.server
  const called = Object.hasOwn(own, head.target.path) ? own[head.target.path] : undefined
  if (called === undefined) {
    const { status, json: value } = await operators.answer(head, parseJson(await readBody(callBodyBytes)))
    return json(status, value)
  }
  const operator = await operators.authenticate(head)
  if (head.method !== called.method) throw new HoldfastError('method_refused')
  return called.run(call, operator)
}

/** Rejects with the HoldfastError to refuse with. */
export async function answerAdminCall(call: AdminCall): Promise<AdminAnswer> {
  const { head, context } = call
  const { path } = head.target
  if (path.startsWith('/admin/')) return answerOperator(call)
  if (head.method !== 'GET' && head.method !== 'HEAD') throw new HoldfastError('method_refused')
  if (path === '/healthz') return json(200, { status: 'ok' })
  if (path === '/readyz') return ready(context.service)
  if (path === '/metrics')
    return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: await context.metrics() }
  throw new HoldfastError('not_found')
}
