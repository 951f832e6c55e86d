/** A route: an address, what it takes, what it does. Everything that comes in is parsed here, once. */
import * as v from 'valibot'
import type { ApprovalCheck, Proof } from '../approval/service.ts'
import type { Customer } from '../ledger/customer.ts'
import type { Order } from '../ledger/once.ts'
import { isRefusalCode, Refusal, type RefusalCode } from '../refusal.ts'
import type { Answer } from './answer.ts'
import { type Form, noQuery } from './forms.ts'
import type { Asking } from './identity.ts'

export type Method = 'GET' | 'POST' | 'DELETE'

/** A request whose identity was checked. */
export type Received = Asking & {
  readonly method: Method
  readonly path: string
  /** Behind the `?`. */
  readonly query: string
  readonly contentType: string | undefined
  readonly body: Uint8Array
  readonly at: Date
  /** What was approved, once it was checked. */
  readonly proof?: Proof
}

export type Call<Input> = {
  readonly customer: Customer
  /** What stands at `{id}`; empty where the address has none. */
  readonly id: string
  readonly input: Input
  readonly at: Date
  readonly replyKey: string | undefined
  /** Throws `idempotency_key_missing`. */
  readonly order: () => Order
}

export type Route = {
  readonly method: Method
  /** `/accounts/{id}` */
  readonly pattern: string
  readonly answer: (received: Received, customer: Customer, id: string) => Promise<Answer>
}

type Act<Input> = (call: Call<Input>) => Promise<Answer>

/** Its input is the query. */
export function get<Query>(pattern: string, query: Form<Query>, act: Act<Query>): Route {
  return {
    method: 'GET',
    pattern,
    async answer(received, customer, id) {
      if (received.body.length > 0) throw new Refusal('bad_request')
      return act(callOf(received, customer, id, parseQuery(query, received.query)))
    },
  }
}

/** Its input is the body. */
export function post<Body>(pattern: string, body: Form<Body>, act: Act<Body>): Route {
  return {
    method: 'POST',
    pattern,
    async answer(received, customer, id) {
      parseQuery(noQuery, received.query)
      return act(callOf(received, customer, id, parseBody(body, received)))
    },
  }
}

/** Of a route that is carried out only when its customer approved it; `check` is null where nobody gives evidence. */
export function approved(check: ApprovalCheck | null, route: Route): Route {
  if (check === null) return route
  return {
    ...route,
    async answer(received, customer, id) {
      const { method, path, user, body, approval: field, at } = received
      const proof = await check({ method, path, user, body, field }, at)
      return route.answer({ ...received, proof }, customer, id)
    },
  }
}

/** It takes nothing. */
export function remove(pattern: string, act: Act<undefined>): Route {
  return {
    method: 'DELETE',
    pattern,
    async answer(received, customer, id) {
      if (received.body.length > 0) throw new Refusal('bad_request')
      parseQuery(noQuery, received.query)
      return act(callOf(received, customer, id, undefined))
    },
  }
}

const keyForm = /^[A-Za-z0-9_-]{16,128}$/

function callOf<Input>(received: Received, customer: Customer, id: string, input: Input): Call<Input> {
  const { method, path, body, at, replyKey, idempotencyKey: key, proof } = received
  return {
    customer,
    id,
    input,
    at,
    replyKey,
    order() {
      if (key === undefined || !keyForm.test(key)) throw new Refusal('idempotency_key_missing')
      return { customer, key, route: `${method} ${path}`, body, at, ...(proof && { proof }) }
    },
  }
}

/** A parameter that comes twice, or that nobody asked for, is refused: it would mean something else to somebody else. */
function parseQuery<Query>(form: Form<Query>, query: string): Query {
  const parameters = new Map<string, string>()
  for (const part of query === '' ? [] : query.split('&')) {
    const [name = '', value, ...rest] = part.split('=').map(decoded)
    if (value === undefined || rest.length > 0 || parameters.has(name)) throw new Refusal('bad_query')
    parameters.set(name, value)
  }
  return parse(form, Object.fromEntries(parameters), 'bad_query')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new Refusal('bad_query')
  }
}

const jsonType = /^application\/json(?:; ?charset=utf-8)?$/i
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseBody<Body>(form: Form<Body>, { contentType, body }: Received): Body {
  if (contentType === undefined || !jsonType.test(contentType)) throw new Refusal('not_json')
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(body))
  } catch {
    throw new Refusal('bad_request')
  }
  return parse(form, value, 'bad_request')
}

/** What is wrong in form comes before what is wrong in meaning. */
function parse<Input>(form: Form<Input>, value: unknown, otherwise: RefusalCode): Input {
  const { success, output, issues } = v.safeParse(form, value)
  if (success) return output
  const codes = issues.map(({ message }) => (isRefusalCode(message) ? message : otherwise))
  throw new Refusal(codes.includes(otherwise) ? otherwise : (codes[0] ?? otherwise))
}
