/** A day of a customer at the bank, with everything that goes wrong in one: for those who search what was written down of it. */
import { createReplyKey } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { decisionNote } from './admin.ts'
import { customers } from './ledger.ts'
import {
  approved,
  type Customer,
  mule,
  newCustomer,
  type Order,
  orderOf,
  orderRequest,
  sendApproved,
} from './payment.ts'
import { json } from './phone.ts'
import type { Answer, FieldLine } from './raw.ts'
import { altered, randomText } from './signer.ts'
import type { Target } from './target.ts'

export type Day = {
  /** What only the customer and the books may know, by what it is. */
  readonly secrets: Readonly<Record<string, string>>
  /** Four digits: they may stand in a longer number, and mean nothing there. */
  readonly pin: string
}

/** No word anybody else writes. */
const word = (): string =>
  randomText(12)
    .replace(/[^A-Za-z]/g, 'x')
    .toLowerCase()

/** Throws unless the answer has this status. */
function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer
  throw new Error(`the day went otherwise: ${answer.status} ${answer.text.slice(0, 300)}`)
}

async function get(
  target: Target,
  { phone }: Customer,
  path: string,
  fields: readonly FieldLine[] = [],
): Promise<Answer> {
  return expectStatus(await target.send(await phone.signed({ method: 'GET', target: path, fields })), 200)
}

type Belonging = { readonly id: string; readonly iban?: string }

async function firstOf(target: Target, customer: Customer, list: string): Promise<Belonging> {
  const [[first] = []] = Object.values(json(await get(target, customer, `/${list}`))) as Belonging[][]
  if (first === undefined) throw new Error(`there are no ${list}`)
  return first
}

async function lookAround(target: Target, customer: Customer): Promise<Day> {
  const [account, card, document] = [
    await firstOf(target, customer, 'accounts'),
    await firstOf(target, customer, 'cards'),
    await firstOf(target, customer, 'documents'),
  ]
  const search = word()
  await get(target, customer, `/accounts/${account.id}/transactions?query=${search}`)
  await get(target, customer, `/documents/${document.id}`)
  const reply = await createReplyKey(nodeCrypto)
  const key = [['Holdfast-Reply-Key', reply.field] as const]
  const { body } = await get(target, customer, `/cards/${card.id}/pin`, key)
  const secrets = {
    search,
    'account id': account.id,
    'account number': account.iban ?? '',
    'card id': card.id,
    'document id': document.id,
  }
  return { secrets, pin: Buffer.from(await reply.open(body)).toString() }
}

/** Asked for, approved, held, released by two, and carried out. */
async function payHeld(target: Target, customer: Customer, order: Order): Promise<void> {
  const waiting = await approved(target, customer, order)
  expectStatus(await sendApproved(target, customer, waiting), 403)
  const second = await target.addOperator(`second-${word()}`)
  for (const by of [undefined, second]) expectStatus(await target.decide(waiting.id, 'release', by), 200)
  expectStatus(await sendApproved(target, customer, waiting), 201)
}

async function payAround(target: Target, customer: Customer, from: string): Promise<Day['secrets']> {
  const { phone } = customer
  const payee = { name: `Zora ${word()}`, iban: mule.iban, reference: `Rent ${word()}` }
  const value = `1${10 + Math.floor(Math.random() * 90)}.37`
  const orderOfSum = (sum: string): Order =>
    orderOf({ ...payee, from, amount: { currency: 'EUR', value: sum } }, '/transfers')
  const yes = await approved(target, customer, orderOfSum(value))
  expectStatus(await sendApproved(target, customer, yes), 201)
  expectStatus(await sendApproved(target, customer, yes, { key: randomText() }), 403)
  expectStatus(await target.send(await orderRequest(phone, orderOfSum('5000.00'))), 403)
  const { body: _, ...order } = orderOfSum(value)
  expectStatus(await target.send(await orderRequest(phone, { ...order, body: JSON.stringify(payee) })), 400)
  const damaged = altered(await orderRequest(phone, orderOfSum(value)), { signature: 'hf=:AAAA:' })
  expectStatus(await target.send(damaged), 401)
  await payHeld(target, customer, orderOfSum('600.00'))
  const { name, iban, reference } = payee
  const shown = iban.replace(/.{4}/g, '$& ').trim()
  return { name, reference, amount: value, 'payee account': iban, 'payee account, as shown': shown }
}

/** With the ledger behind the gateway, and routes that approve `/transfers`. */
export async function liveDay(target: Target): Promise<Day> {
  const passcode = `Passcode ${word()}`
  const customer = await newCustomer(target, customers[0], passcode)
  const { secrets, pin } = await lookAround(target, customer)
  const paid = await payAround(target, customer, secrets['account id'] ?? '')
  const { access, refresh } = customer.phone.tokens
  const own = { passcode, 'access token': access, 'refresh token': refresh, note: decisionNote }
  return { pin, secrets: { ...own, ...secrets, ...paid } }
}
