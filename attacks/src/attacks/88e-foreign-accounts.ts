/**
 * Ids in addresses and bodies, at every address of the bank's ledger: one customer names what belongs to the other. The matrix is made of
 * the ledger's own table of routes, so a route nobody thought of here is tried, too, or the attack fails for want of a body.
 */
import { pathToFileURL } from 'node:url'
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { makeReplyKey } from '../finger.ts'
import { customers, withLedger } from '../ledger.ts'
import { friend, paymentOf } from '../payment.ts'
import { enrol, json, type Phone } from '../phone.ts'
import type { Answer, FieldLine } from '../raw.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

type Route = { readonly method: string; readonly pattern: string }
type Call = { readonly method: string; readonly target: string; readonly body: string }

const { amount, ...payee } = paymentOf('1.00')
/** What each takes, where the account `from` pays. */
const bodies: Readonly<Record<string, (from: string) => object>> = {
  '/payees': () => friend,
  '/payees/check': () => friend,
  '/transfers': (from) => ({ from, amount, ...payee }),
  '/transfers/batch': (from) => ({ from, payments: [{ amount, ...payee }] }),
  '/standing-orders': (from) => ({ from, amount, ...payee, every: 'month', first: tomorrow() }),
  '/cards/{id}/state': () => ({ state: 'frozen' }),
  '/documents/{id}/sealed': () => ({ recipient: 'age1' }),
}
const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)

async function routesOf(target: Target): Promise<readonly Route[]> {
  const { href } = pathToFileURL(target.neighbour('bank/http/routes.js'))
  const table = (await import(href)) as { routesOf: (...nothing: null[]) => readonly Route[] }
  return table.routesOf(null, null, null)
}

async function call(target: Target, phone: Phone, { method, target: path, body }: Call): Promise<Answer> {
  const fields: FieldLine[] = [
    ...(method === 'GET' ? [] : [['Idempotency-Key', randomText()] as const]),
    ...(body === '' ? [] : [['Content-Type', 'application/json'] as const]),
    ['Holdfast-Reply-Key', (await makeReplyKey()).text],
  ]
  return target.send(await phone.signed({ method, target: path, fields, body }))
}

const get = (path: string): Call => ({ method: 'GET', target: path, body: '' })
const lists = ['accounts', 'payees', 'cards', 'documents', 'standing-orders']
/** Of each kind so many are enough. */
const some = 2

/** Names of what belongs to this customer. */
async function belongings(target: Target, phone: Phone): Promise<string[]> {
  const ids: string[] = []
  for (const list of lists) {
    const [found = []] = Object.values(json(await call(target, phone, get(`/${list}`)))) as Array<
      Array<{ id: string }>
    >
    ids.push(...found.slice(0, some).map(({ id }) => id))
  }
  const { transactions } = json(
    await call(target, phone, get(`/accounts/${ids[0]}/transactions?limit=100`)),
  ) as {
    transactions: Array<{ id: string; kind: string; amount: { value: string } }>
  }
  const sent = transactions.filter(
    ({ kind, amount: { value } }) => ['transfer', 'standing_order'].includes(kind) && value.startsWith('-'),
  )
  return [...ids, ...sent.map(({ id }) => id)]
}

/** Every way to name one of them at this route. */
function callsOf({ method, pattern }: Route, ids: readonly string[]): Call[] {
  const bodyOf = bodies[pattern]
  if (method === 'POST' && bodyOf === undefined) throw new Error(`${pattern} takes a body nobody knows here`)
  const said = (id: string): string => (method === 'POST' ? JSON.stringify(bodyOf?.(id)) : '')
  if (pattern.includes('{id}'))
    return ids.map((id) => ({ method, target: pattern.replace('{id}', id), body: said(id) }))
  return said('?').includes('"from"') ? ids.map((id) => ({ method, target: pattern, body: said(id) })) : []
}

/** What the one gets of the other's, in one line; false: nothing. */
async function leak(target: Target, [owner, other]: readonly [Phone, Phone]): Promise<string | false> {
  const ids = await belongings(target, owner)
  const routes = await routesOf(target)
  const matrix = routes.map((route) => callsOf(route, ids)).filter((calls) => calls.length > 0)
  if (ids.length <= some * lists.length || matrix.length < lists.length)
    throw new Error('the matrix is empty')
  for (const { method, pattern } of routes) {
    if (method !== 'GET' || pattern.includes('{id}')) continue
    const { text } = await call(target, other, get(pattern))
    const found = ids.find((id) => text.includes(id))
    if (found !== undefined) return `${found} is in another customer’s ${pattern}`
  }
  for (const one of matrix.flat()) {
    const { status } = await call(target, other, one)
    if (status !== 404) return `${one.method} ${one.target} answered ${status} to another customer`
  }
  for (const calls of matrix) {
    const statuses: number[] = []
    for (const one of calls) statuses.push((await call(target, owner, one)).status)
    // Else what was not found would prove nothing.
    if (statuses.every((status) => status === 404))
      throw new Error(`${calls[0]?.target} is not even the owner’s`)
  }
  return false
}

export const attack: Attack = {
  id: '88e-foreign-accounts',
  title: 'Name another customer’s account, card, document, payee or payment',
  power: 'is a customer, and knows every id of another one',
  gain: 'balances, documents and PINs of others; payments from their accounts',
  requirement: 'B2',
  section: '7',
  expect: 'harmless',
  weaken: {
    file: 'bank/documents/document.js',
    text: ".where('id', '=', id)\n        .where('customer', '=', customer.id)",
    instead: ".where('id', '=', id)",
  },
  setting: {},
  watchesBackend: true,
  run: (target: Target): Promise<Outcome> =>
    withLedger(target, async () => {
      const [one, other] = customers
      return harmless(await leak(target, [await enrol(target, one), await enrol(target, other)]))
    }),
}
