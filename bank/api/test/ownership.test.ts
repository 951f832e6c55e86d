/** What belongs to somebody else is not there: for every address with an id, and for every account named in a body. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePinKeys } from '../src/cards/pin-keys.ts'
import { routesOf } from '../src/http/routes.ts'
import { audit, foreign, sound } from './books.ts'
import { type Open, openTestBank } from './bank.ts'
import { pglite } from './databases.ts'
import { type Ask, idempotency } from './gateway.ts'

let open: Open
beforeAll(async () => (open = await openTestBank(pglite)))
afterAll(() => open.close())

const recipient = 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj'
const money = { currency: 'EUR', value: '1.00' }

/** The first id of a listing. */
async function idIn(ask: Ask, target: string, name: string): Promise<string> {
  const list = (await ask(target)).json[name] as { id: string }[]
  return list[0]?.id ?? ''
}

async function accountOf(ask: Ask): Promise<string> {
  return idIn(ask, '/accounts', 'accounts')
}

/** An id of this customer for an address of this pattern. */
async function idFor(pattern: string, ask: Ask): Promise<string> {
  const [, collection = ''] = pattern.split('/')
  if (collection === 'transfers') {
    const body = { from: await accountOf(ask), name: 'X Y', iban: foreign, amount: money, reference: '' }
    const { json } = await ask('/transfers', { method: 'POST', body, fields: idempotency() })
    return json['id'] as string
  }
  return idIn(ask, `/${collection}`, collection === 'standing-orders' ? 'standingOrders' : collection)
}

const bodies: Record<string, unknown> = {
  '/cards/{id}/state': { state: 'frozen' },
  '/documents/{id}/sealed': { recipient },
}

describe('an id of somebody else', () => {
  // No statement is asked of the database before a request comes, so none is needed to name the addresses.
  const withId = routesOf(undefined as never, makePinKeys(), null).filter(({ pattern }) =>
    pattern.includes('{id}'),
  )

  it('has addresses to be tried at', () => expect(withId.length).toBe(9))

  it.each(withId)('is unknown at $method $pattern', async ({ method, pattern }) => {
    const id = await idFor(pattern, open.jonas)
    expect(id.length).toBeGreaterThan(20)
    const unknown = id.slice(0, -4) + (id.endsWith('AAAA') ? 'BBBB' : 'AAAA')
    const body = bodies[pattern]
    const sent = { method, ...(body === undefined ? {} : { body }) }
    // With a reply key, so that a PIN would be told.
    const fields = { 'holdfast-reply-key': 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }
    const foreignAnswer = await open.maria(pattern.replace('{id}', id), { ...sent, fields })
    const unknownAnswer = await open.maria(pattern.replace('{id}', unknown), { ...sent, fields })
    expect([foreignAnswer.status, foreignAnswer.json['error']]).toEqual([404, 'not_found'])
    expect(foreignAnswer.bytes).toEqual(unknownAnswer.bytes)
    expect(foreignAnswer.status).toBe(unknownAnswer.status)
    // It is there for its owner, and as it was.
    const own = await open.jonas(pattern.replace('{id}', await idFor(pattern, open.jonas)), sent)
    expect([200, 204, 400]).toContain(own.status)
  })
})

describe('an account of somebody else', () => {
  it.each([
    ['/transfers', (from: string) => ({ from, name: 'X Y', iban: foreign, amount: money, reference: '' })],
    [
      '/transfers/batch',
      (from: string) => ({ from, payments: [{ name: 'X Y', iban: foreign, amount: money, reference: '' }] }),
    ],
    [
      '/standing-orders',
      (from: string) => ({
        from,
        name: 'X Y',
        iban: foreign,
        amount: money,
        reference: '',
        every: 'month',
        first: '2026-06-01',
      }),
    ],
  ])('pays nothing at %s', async (target, bodyOf) => {
    const account = await accountOf(open.jonas)
    const before = (await open.jonas(`/accounts/${account}`)).bytes
    const answers = []
    for (const from of [account, 'acc_AAAAAAAAAAAAAAAAAAAAAA', 'clearing-0'])
      answers.push(await open.maria(target, { method: 'POST', body: bodyOf(from), fields: idempotency() }))
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404])
    expect(answers[0]?.bytes).toEqual(answers[1]?.bytes)
    expect(answers[0]?.bytes).toEqual(answers[2]?.bytes)
    expect((await open.jonas(`/accounts/${account}`)).bytes).toEqual(before)
    expect(await audit(open.bank.db)).toEqual(sound)
  })

  it('is not found by searching, and a cursor of its list opens nothing', async () => {
    const [mine, theirs] = [await accountOf(open.maria), await accountOf(open.jonas)]
    const { json } = await open.jonas(`/accounts/${theirs}/transactions?limit=1`)
    const found = await open.maria(`/accounts/${mine}/transactions?query=seeadler`)
    expect(found.json['transactions']).toEqual([])
    const walked = await open.maria(`/accounts/${mine}/transactions?cursor=${String(json['next'])}&limit=100`)
    expect(walked.status).toBe(200)
    expect(walked.bytes.toString()).not.toContain('Seeadler')
  })
})
