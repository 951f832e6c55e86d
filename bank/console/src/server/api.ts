/** What the console's own page may ask: its session, the live stream, and the admin calls on the list. */
import type { ServerResponse } from 'node:http'
import { adminTarget } from './calls.ts'
import { streamLive, type LiveOptions } from './live.ts'
import { cookieName, type ConsoleRequest } from './request.ts'
import { Refusal } from './refusal.ts'
import type { Session } from './sessions.ts'
import { signIn, type SignInOptions } from './sign-in.ts'

export type ApiOptions = LiveOptions & SignInOptions
type Call = {
  readonly request: ConsoleRequest
  readonly response: ServerResponse
  readonly port: number
  readonly options: ApiOptions
}

/** What the page knows of its session. */
export type SessionView = {
  readonly operator: string
  /** The half of the session a cookie does not carry. */
  readonly token: string
  /** Milliseconds since 1970, by the console's clock. */
  readonly endsAt: number
  readonly now: number
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

function view(session: Session, { sessions, now }: ApiOptions): SessionView {
  const { operator, token } = session
  return { operator, token, endsAt: sessions.endsAt(session), now: now() }
}

function demandSession({ request, options }: Call): Session {
  const session = options.sessions.find(request.cookie, request.token)
  if (session === null) throw new Refusal('signed_out')
  return session
}

function setCookie({ response, port }: Call, value: string, rest: string): void {
  response.setHeader('set-cookie', `${cookieName(port)}=${value}; HttpOnly; SameSite=Strict; Path=/${rest}`)
}

/** One place for all three: POST signs in, GET asks and counts as a use, DELETE signs out. */
async function answerSession(call: Call): Promise<void> {
  const { request, response, options } = call
  const { sessions } = options
  if (request.method === 'POST') {
    const { id, session } = await signIn(await request.readBody(), options)
    sessions.replace(request.cookie)
    setCookie(call, id, '')
    sendJson(response, view(session, options))
    return
  }
  const session = demandSession(call)
  if (request.method === 'DELETE') {
    sessions.end(session, 'signed_out')
    setCookie(call, '', '; Max-Age=0')
    sendJson(response, {})
    return
  }
  if (request.method !== 'GET') throw new Refusal('method_refused')
  sessions.use(session)
  sendJson(response, view(session, options))
}

async function forward(call: Call): Promise<void> {
  const { request, response, options } = call
  const session = demandSession(call)
  const target = adminTarget(request.method, request.path.slice('/api'.length), request.search)
  options.sessions.use(session)
  const { authorization } = session
  const body = target.method === 'GET' ? null : await request.readBody()
  const content = body === null || body.length === 0 ? {} : { body }
  const answer = await options.admin({ ...target, authorization, ...content })
  // Removed meanwhile: the gateway does not know this operator any more.
  if (answer.status === 401) {
    options.sessions.end(session, 'removed')
    throw new Refusal('signed_out')
  }
  if (answer.retryAfter !== null) response.setHeader('retry-after', answer.retryAfter)
  const type = answer.status === 200 ? 'application/json' : 'application/problem+json'
  response.writeHead(answer.status, { 'content-type': type }).end(answer.body)
}

/** Rejects with the Refusal to answer with. */
export async function answerApi(call: Call): Promise<void> {
  const { request, response, options } = call
  if (request.path === '/api/session') return answerSession(call)
  if (request.path === '/api/live') {
    if (request.method !== 'GET') throw new Refusal('method_refused')
    return streamLive(demandSession(call), response, options)
  }
  return forward(call)
}
