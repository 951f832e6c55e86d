/**
 * Paying as a phone does it (docs/protocol.md 9): asked for, approved by finger or passcode, sent again under the approval. Each request
 * is handed out before it is sent, so that an attack can change it.
 */
import {
  type ApprovalChallenge,
  type ApprovalDemand,
  approvalInput,
  type ApprovalProof,
  type ApprovalStatement,
  approvalStatement,
  decodeJws,
  finishProof,
  parseProblem,
  toBase64url,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { type Outcome, repelled, succeeded } from './attack.ts'
import { bindFinger, type Finger } from './finger.ts'
import { completeLogin, enrolWithPasscode, guess, postAsDevice, type Way } from './passcode.ts'
import { json, type Phone, type World } from './phone.ts'
import type { Answer, FieldLine, RawRequest } from './raw.ts'
import { type LabKey, randomText, type Twist } from './signer.ts'
import type { Target } from './target.ts'

const patienceMs = 10_000

/** Who can approve by finger and by passcode. */
export type Customer = { readonly phone: Phone; readonly finger: Finger; readonly way: Way }

/** Without a name it is a new user. */
export async function newCustomer(world: World, user?: string, passcode?: string): Promise<Customer> {
  const { phone, way } = await enrolWithPasscode(world, {
    ...(user && { user }),
    ...(passcode && { passcode }),
  })
  return { phone, way, finger: await bindFinger(world, phone) }
}

/** Waits until the backend has begun so many payments with this reference. */
export async function begun(
  { backend }: Pick<Target, 'backend'>,
  reference: string,
  count: number,
): Promise<void> {
  for (const until = Date.now() + patienceMs; Date.now() < until; ) {
    if ((backend?.seen(reference).length ?? 0) >= count) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('the backend was never asked')
}

/** Accounts that exist in no bank. */
export const friend = { name: 'Erika Muster', iban: 'DE89370400440532013000' } as const
export const mule = { name: 'Max Mule', iban: 'GB82WEST12345698765432' } as const

export type Payment = {
  readonly amount: { readonly currency: string; readonly value: string }
  readonly name: string
  readonly iban: string
  /** Of this one payment alone: what it is looked for by. */
  readonly reference: string
}

export function paymentOf(value: string, to: Pick<Payment, 'name' | 'iban'> = friend): Payment {
  return { amount: { currency: 'EUR', value }, ...to, reference: `Lunch ${randomText(9)}` }
}

/** One request to a route with a form. */
export type Order = { readonly target: string; readonly key: string; readonly body: string }

export function orderOf(body: unknown, target = '/pay'): Order {
  return { target, key: randomText(), body: typeof body === 'string' ? body : JSON.stringify(body) }
}

/** Signed by the session key, under this approval when one is named. */
export async function orderRequest(
  phone: Phone,
  { target, key, body }: Order,
  approval?: string,
  twist: Twist = {},
): Promise<RawRequest> {
  const fields: FieldLine[] = [
    ['Content-Type', 'application/json'],
    ['Idempotency-Key', key],
    ...(approval === undefined ? [] : [['Holdfast-Approval', approval] as const]),
  ]
  return phone.signed({ method: 'POST', target, fields, body }, twist)
}

/** What the service wants to be approved, believed. */
export type Asked = {
  readonly id: string
  readonly demand: ApprovalDemand
  readonly claims: ApprovalChallenge
}

/** Throws with the answer in the message when it asks for nothing. */
export function askedIn(answer: Answer): Asked {
  const demand = parseProblem(answer.text)?.approval
  const claims = demand && (decodeJws('hf-challenge+jwt', demand.challenge)?.payload as ApprovalChallenge)
  if (demand === undefined || claims === undefined)
    throw new Error(`nothing is asked: ${answer.status} ${answer.text.slice(0, 300)}`)
  return { id: claims.jti, demand, claims }
}

export async function ask(world: World, { phone }: Pick<Customer, 'phone'>, order: Order): Promise<Asked> {
  return askedIn(await world.send(await orderRequest(phone, order)))
}

/** Each has to be refused for its form. What the user is asked for could be shown to him; so it succeeded. */
export async function refusedForms(
  world: World,
  phone: Phone,
  orders: ReadonlyArray<readonly [what: string, order: Order]>,
): Promise<Outcome> {
  const odd: string[] = []
  for (const [what, order] of orders) {
    const { code, text } = await world.send(await orderRequest(phone, order))
    if (code === 'approval_required') return succeeded(`the user is asked for ${what}`)
    if (code !== 'approval_body_refused') odd.push(`${what}: ${text.slice(0, 200)}`)
  }
  if (odd[0] !== undefined) throw new Error(odd[0])
  return repelled('approval_body_refused')
}

/** JWS of the statement of an approval, whatever is asked. `changes`: what it says instead. */
export async function evidenceOf(
  { demand: { challenge }, claims }: Asked,
  key: LabKey,
  acr: ApprovalStatement['acr'],
  changes: Partial<ApprovalStatement> = {},
): Promise<string> {
  const statement = await approvalStatement({ challenge, claims, acr }, nodeCrypto)
  const input = approvalInput(key.thumbprint, { ...statement, ...changes })
  return `${input}.${toBase64url(key.sign(utf8(input)))}`
}

export function prove(
  world: World,
  phone: Phone,
  { id }: Pick<Asked, 'id'>,
  proof: ApprovalProof,
): Promise<Answer> {
  return postAsDevice(world, phone, `/holdfast/approvals/${id}`, proof)
}

/** The user looks at it and touches. */
export async function touch(
  world: World,
  { phone, finger }: Pick<Customer, 'phone' | 'finger'>,
  asked: Asked,
): Promise<Answer> {
  const evidence = await evidenceOf(asked, finger.key, 'presence')
  return prove(world, phone, asked, { kind: 'key', evidence })
}

/** The user looks at it and types. */
export async function type(
  world: World,
  { phone, way }: Pick<Customer, 'phone' | 'way'>,
  asked: Asked,
): Promise<Answer> {
  const { deviceKey } = phone
  const { state, request } = await guess(world, deviceKey, { ...way, approval: asked.id })
  const answer = await world.send(request)
  if (answer.status !== 200) return answer
  const { login, ke3, sessionKey } = completeLogin(world, phone, { state, answer, passcode: way.passcode })
  const proof = await finishProof(sessionKey, { login, signer: deviceKey.thumbprint, held: 0 }, nodeCrypto)
  const evidence = await evidenceOf(asked, deviceKey, 'passcode')
  return prove(world, phone, asked, { kind: 'passcode', evidence, login, ke3, proof })
}

export type Approved = Asked & { readonly order: Order }

/** Asked for and approved, not yet sent again. */
export async function approved(world: World, customer: Customer, order: Order): Promise<Approved> {
  const asked = await ask(world, customer, order)
  json(await (asked.claims.acr === 'passcode' ? type : touch)(world, customer, asked))
  return { ...asked, order }
}

/** The same request again, under its approval; `instead`: parts of another one. */
export async function sendApproved(
  world: World,
  { phone }: Pick<Customer, 'phone'>,
  { id, order }: Pick<Approved, 'id' | 'order'>,
  instead: Partial<Order> = {},
): Promise<Answer> {
  return world.send(await orderRequest(phone, { ...order, ...instead }, id))
}

/** The whole of it. */
export async function pay(world: World, customer: Customer, order: Order): Promise<Answer> {
  return sendApproved(world, customer, await approved(world, customer, order))
}

/** Approved, and kept back by the bank. */
export async function held(world: World, customer: Customer, order: Order): Promise<Approved> {
  const yes = await approved(world, customer, order)
  const { code, text } = await sendApproved(world, customer, yes)
  if (code !== 'approval_held') throw new Error(`it is not held: ${text.slice(0, 300)}`)
  return yes
}
