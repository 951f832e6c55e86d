/** What the bank refuses, and by which code. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownIban } from '../src/iban.ts'
import { type Open, openTestBank } from './bank.ts'
import { foreign } from './books.ts'
import { pglite } from './databases.ts'
import { type Heard, idempotency, type Sent } from './gateway.ts'

type Account = { readonly id: string; readonly iban: string }

const eur = (value: string) => ({ currency: 'EUR', value })
const post = (body: unknown, fields: Record<string, string> = idempotency()): Sent => ({
  method: 'POST',
  body,
  fields,
})
const refusal = ({ status, type, json }: Heard): unknown[] => [status, type, json['error']]
const problem = 'application/problem+json'

let open: Open
let everyday: Account
beforeAll(async () => {
  open = await openTestBank(pglite)
  const accounts = (await open.maria('/accounts')).json['accounts'] as Account[]
  everyday = accounts[0] as Account
})
afterAll(() => open.close())

const payment = (amount = eur('12.50')) => ({
  from: everyday.id,
  name: 'Jonas Keller',
  iban: foreign,
  amount,
  reference: 'Dinner',
})

describe('the bank refuses', () => {
  const bodies: [string, (good: Record<string, unknown>) => unknown, number, string][] = [
    ['an amount below zero', (good) => ({ ...good, amount: eur('-1.00') }), 422, 'amount_refused'],
    ['nothing', (good) => ({ ...good, amount: eur('0.00') }), 422, 'amount_refused'],
    ['an exponent', (good) => ({ ...good, amount: eur('1e3') }), 422, 'amount_refused'],
    ['a number', (good) => ({ ...good, amount: { currency: 'EUR', value: 12.5 } }), 400, 'bad_request'],
    [
      'a currency nobody knows',
      (good) => ({ ...good, amount: { currency: 'XXX', value: '1.00' } }),
      400,
      'bad_request',
    ],
    [
      'another currency',
      (good) => ({ ...good, amount: { currency: 'USD', value: '1.00' } }),
      422,
      'currency_refused',
    ],
    ['a member too many', (good) => ({ ...good, fee: '0' }), 400, 'bad_request'],
    ['a member of every object', (good) => ({ ...good, toString: 'x' }), 400, 'bad_request'],
    [
      'a member that would be a prototype',
      (good) => Buffer.from(JSON.stringify(good).replace('{', '{"__proto__":{},')),
      400,
      'bad_request',
    ],
    ['a member too few', (good) => ({ ...good, name: undefined }), 400, 'bad_request'],
    ['a wrong IBAN', (good) => ({ ...good, iban: 'DE89370400440532013001' }), 422, 'iban_refused'],
    [
      'an IBAN with spaces',
      (good) => ({ ...good, iban: 'DE89 3704 0044 0532 0130 00' }),
      422,
      'iban_refused',
    ],
    ['an IBAN of this bank nobody has', (good) => ({ ...good, iban: ownIban(99) }), 422, 'unknown_account'],
    ['text that runs backwards', (good) => ({ ...good, name: 'Jonas \u202erelleK' }), 422, 'text_refused'],
    ['text with nothing in it', (good) => ({ ...good, name: 'Jonas\u200bKeller' }), 422, 'text_refused'],
    ['a line break', (good) => ({ ...good, reference: 'a\nb' }), 422, 'text_refused'],
    ['a space at the end', (good) => ({ ...good, name: 'Jonas ' }), 422, 'text_refused'],
    ['no name', (good) => ({ ...good, name: '' }), 422, 'text_refused'],
    ['a long reference', (good) => ({ ...good, reference: 'x'.repeat(141) }), 422, 'text_refused'],
    ['a list', () => [], 400, 'bad_request'],
    ['null', () => null, 400, 'bad_request'],
  ]
  it.each(bodies)('%s', async (_, change, status, code) => {
    const heard = await open.maria('/transfers', post(change(payment())))
    expect(refusal(heard)).toEqual([status, problem, code])
  })

  it.each([
    ['no JSON', Buffer.from('{"from":'), 'application/json', 400, 'bad_request'],
    ['octets that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'application/json', 400, 'bad_request'],
    ['a mark before it', Buffer.from('\ufeff{}'), 'application/json', 400, 'bad_request'],
    ['another type', Buffer.from('{}'), 'text/plain', 415, 'not_json'],
    ['another charset', Buffer.from('{}'), 'application/json; charset=latin1', 415, 'not_json'],
    ['a body too large', Buffer.alloc(300_000, 32), 'application/json', 413, 'too_large'],
  ])('%s', async (_, body, type, status, code) => {
    const heard = await open.maria('/transfers', post(body, { ...idempotency(), 'content-type': type }))
    expect(refusal(heard)).toEqual([status, problem, code])
  })

  it.each([
    ['no key', {}],
    ['a short key', { 'idempotency-key': 'x' }],
    ['a key of other signs', { 'idempotency-key': 'x'.repeat(20) + '!' }],
  ])('%s', async (_, fields) => {
    for (const target of ['/transfers', '/transfers/batch', '/standing-orders', '/payees']) {
      const { from, ...one } = payment()
      const orders: Record<string, unknown> = {
        '/transfers': payment(),
        '/transfers/batch': { from, payments: [one] },
        '/standing-orders': { ...payment(), every: 'month', first: '2026-06-01' },
        '/payees': { name: 'X Y', iban: foreign },
      }
      expect(refusal(await open.maria(target, post(orders[target], fields)))).toEqual([
        400,
        problem,
        'idempotency_key_missing',
      ])
    }
  })

  it.each([
    '/me?x=1',
    '/accounts?limit=5',
    '/spending',
    '/spending?month=2026-13',
    '/spending?month=2026-04&month=2026-05',
    '/spending?month=2026-04&x=',
    '/spending?month',
    '/spending?month=%zz',
  ])('the query %s', async (target) => {
    expect(refusal(await open.maria(target))).toEqual([400, problem, 'bad_query'])
  })

  it.each([
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=1e1',
    'limit=05',
    'from=2026-02-30',
    'to=yesterday',
    'category=gambling',
    'cursor=AAAAAAAAAAA',
    'cursor=x',
    'query=a&query=b',
    'query=%00',
    'sort=amount',
  ])('the search %s', async (query) => {
    expect(refusal(await open.maria(`/accounts/${everyday.id}/transactions?${query}`))).toEqual([
      400,
      problem,
      'bad_query',
    ])
  })

  it.each([
    '/',
    '/nothing',
    '/Me',
    '/me/',
    '//me',
    '/accounts/',
    '/accounts/a/b',
    '/accounts/%61cc',
    '/transfers/batch/x',
  ])('the address %s', async (target) => {
    expect(refusal(await open.maria(target))).toEqual([404, problem, 'not_found'])
  })

  it.each([
    ['PUT', '/me', 'GET'],
    ['HEAD', '/accounts', 'GET'],
    ['GET', '/transfers', 'POST'],
    ['GET', '/transfers/batch', 'POST'],
    ['PATCH', '/payees', 'GET, POST'],
    ['GET', '/payees/x', 'DELETE'],
    ['DELETE', '/payees/check', 'POST'],
    ['POST', '/cards/x/pin', 'GET'],
  ])('%s %s', async (method, target, allow) => {
    const { status, headers } = await open.maria(target, { method })
    expect([status, headers.get('allow')]).toEqual([405, allow])
  })

  it('a body where none belongs', async () => {
    expect(refusal(await open.maria('/payees/pay_x', { method: 'DELETE', body: {} }))).toEqual([
      400,
      problem,
      'bad_request',
    ])
  })

  it('a query where none belongs', async () => {
    expect(refusal(await open.maria('/transfers?x=1', post(payment())))).toEqual([400, problem, 'bad_query'])
  })

  it('whoever has no account here', async () => {
    expect(refusal(await open.as('erika')('/me'))).toEqual([403, problem, 'no_customer'])
    expect(refusal(await open.as('erika')('/transfers', post(payment())))).toEqual([
      403,
      problem,
      'no_customer',
    ])
  })

  it('whoever did not come through the gateway, whatever he asks for', async () => {
    for (const target of ['/me', '/nothing']) {
      const heard = await open.maria(target, { unsigned: { 'holdfast-approval': 'x' } })
      expect(refusal(heard)).toEqual([403, problem, 'identity_refused'])
    }
  })
})
