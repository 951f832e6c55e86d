/**
 * What a page hears without asking: one stream of server-sent events for each. It polls the admin API with its operator's
 * credentials, and counts as no use of the session: a page left open does not keep its operator signed in.
 */
import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Admin, AdminAnswer } from './admin.ts'
import { newestId } from './audit-tail.ts'
import { Refusal } from './refusal.ts'
import type { EndReason, Session, Sessions } from './sessions.ts'
import type { HealthSample, Watch } from './watch.ts'

/** What each event carries, by name. */
export type LiveEvents = {
  /** When the session ends if nothing is done, by the console's clock, and what that says now. */
  readonly session: { readonly endsAt: number; readonly now: number }
  /** As the admin API gives them, oldest first. */
  readonly audit: { readonly entries: readonly unknown[] }
  /** What waits, as the admin API gives it. */
  readonly holds: { readonly holds: readonly unknown[] }
  /** Version, stores and keys, as the admin API gives them. */
  readonly gateway: Readonly<Record<string, unknown>>
  readonly health: { readonly samples: readonly HealthSample[] }
  /** Whether the admin API answers; `code` says why not. */
  readonly line: { readonly code: string | null }
  /** The last one. */
  readonly ended: { readonly reason: EndReason }
}

export type LiveOptions = {
  readonly admin: Admin
  readonly sessions: Sessions
  readonly watch: Watch
  readonly now: () => number
  readonly pollMs: number
}

/** How much of the past a page gets to begin with. */
const pastEntries = 1000
/** A reader that stands still is let go; its page connects anew. */
const waitingBytes = 1_048_576
/** In rounds: keys and versions change seldom, and a page’s clock runs apart slowly. */
const gatewayEvery = 5
const sessionEvery = 10

class AdminRefused extends Error {
  readonly code: string
  constructor({ body }: AdminAnswer) {
    super('the admin API refused')
    const problem = JSON.parse(body.toString('utf8')) as { code?: unknown }
    this.code = typeof problem.code === 'string' ? problem.code : 'internal_error'
  }
}

type Send = <Name extends keyof LiveEvents>(name: Name, value: LiveEvents[Name]) => void

/** One round of questions. Sends only what is new. */
function createRound(session: Session, send: Send, options: LiveOptions): () => Promise<void> {
  const { admin, watch, sessions, now } = options
  const { authorization } = session
  const sent = new Map<keyof LiveEvents, string>()
  let lastId: number | null = null
  let lastSampleAt = 0
  let rounds = 0

  async function ask<Answer>(target: string): Promise<Answer> {
    const answer = await admin({ method: 'GET', target, authorization })
    if (answer.status !== 200) throw new AdminRefused(answer)
    return JSON.parse(answer.body.toString('utf8')) as Answer
  }
  function sendChanged<Name extends keyof LiveEvents>(
    name: Name,
    value: LiveEvents[Name],
    by: unknown,
  ): void {
    const text = JSON.stringify(by)
    if (sent.get(name) === text) return
    sent.set(name, text)
    send(name, value)
  }
  const readAudit = (after: number, limit: number): Promise<{ entries: ReadonlyArray<{ id: number }> }> =>
    ask(`/admin/audit?limit=${limit}&after=${after}`)

  async function tellAudit(): Promise<void> {
    const hasAfter = async (id: number): Promise<boolean> => (await readAudit(id, 1)).entries.length > 0
    const after: number = lastId ?? Math.max(0, (await newestId(hasAfter)) - pastEntries)
    const { entries } = await readAudit(after, pastEntries)
    if (entries.length > 0 || lastId === null) send('audit', { entries })
    lastId = entries.at(-1)?.id ?? after
  }
  async function tellGateway(): Promise<void> {
    if (rounds % gatewayEvery !== 0) return
    const gateway = await ask<LiveEvents['gateway']>('/admin/health')
    sendChanged('gateway', gateway, gateway)
  }

  return async () => {
    const endsAt = sessions.endsAt(session)
    sendChanged('session', { endsAt, now: now() }, [endsAt, Math.floor(rounds / sessionEvery)])
    const samples = watch.samples.filter(({ at }) => at > lastSampleAt)
    lastSampleAt = samples.at(-1)?.at ?? lastSampleAt
    if (samples.length > 0) send('health', { samples })
    const holds = await ask<LiveEvents['holds']>('/admin/holds?state=held')
    sendChanged('holds', holds, holds)
    await tellAudit()
    await tellGateway()
    rounds++
  }
}

/** The admin API's word for credentials that are none, or none any more. */
const operatorRequired = 'operator_required'

/** Null when the round went through. */
async function codeOf(round: () => Promise<void>): Promise<string | null> {
  try {
    await round()
    return null
  } catch (error) {
    if (error instanceof Refusal || error instanceof AdminRefused) return error.code
    throw error
  }
}

/** Resolves when the stream has ended: with its session, or because its reader left. */
export async function streamLive(
  session: Session,
  response: ServerResponse,
  options: LiveOptions,
): Promise<void> {
  const { sessions, pollMs } = options
  const left = new AbortController()
  response.once('close', () => left.abort())
  const stop = AbortSignal.any([session.ended, left.signal])
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const send: Send = (name, value) => {
    response.write(`event: ${name}\ndata: ${JSON.stringify(value)}\n\n`)
    if (response.writableLength > waitingBytes) response.destroy()
  }
  const round = createRound(session, send, options)
  let line: string | null | undefined
  while (!stop.aborted) {
    const code = await codeOf(round)
    if (code === operatorRequired) sessions.end(session, 'removed')
    else if (code !== line) send('line', { code })
    line = code
    sessions.sweep()
    await wait(pollMs, undefined, { signal: stop }).catch(() => undefined)
  }
  if (session.ended.aborted && !left.signal.aborted)
    send('ended', { reason: session.ended.reason as EndReason })
  response.end()
}
