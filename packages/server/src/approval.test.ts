import { beforeEach, describe, expect, test } from 'vitest'
import {
  actions,
  approve,
  approvedOrder,
  call,
  type Customer,
  demand,
  newCustomer,
  newIdempotencyKey,
  openBank,
  orderOf,
  otherAccount,
  payment,
  refusalOf,
  take,
} from '../test/approval.ts'
import { newPhone, type OpenHouse, unlock } from '../test/passcode.ts'
import { refusal } from '../test/stage.ts'

let bank: OpenHouse
let maria: Customer
beforeEach(async () => {
  bank = await openBank()
  maria = await newCustomer(bank, { presence: 'key' })
})

const codeOf = async (sending: Promise<Parameters<typeof take>[1]>): Promise<string> =>
  refusal(take(bank, await sending))

describe('asking', () => {
  test('shows what will be done, and signs it', async () => {
    const asked = await demand(bank, await orderOf(bank, maria))
    expect(asked.title).toBe('Send money')
    expect(asked.lines.map(({ name }) => name)).toEqual(['amount', 'payee', 'account'])
    expect(asked.notes).toEqual([])
    const { phone, bound } = maria
    expect(asked.claims).toMatchObject({
      iss: 'https://api.bank.example',
      sub: 'maria',
      method: 'POST',
      uri: 'https://api.bank.example/transfers',
      acr: 'presence',
      device_key: phone.key.thumbprint,
      presence_key: bound?.key?.thumbprint,
    })
    expect(asked.claims.exp - asked.claims.iat).toBe(300)
    expect(await actions(bank)).toEqual(['approval.asked'])
  })

  test('keeps challenge, title and lines sealed: nothing in the row confirms a guess', async () => {
    const { id, claims } = await demand(bank, await orderOf(bank, maria))
    const row = JSON.stringify(await bank.stage.deployment.store.findApproval(id))
    expect(row).not.toMatch(/Erika|DE89|12\.50|Send money|eyJ/)
    for (const digest of [claims.body, claims.shown]) expect(row).not.toContain(digest)
  })

  test('asks for the passcode where the form wants it, whatever else there is', async () => {
    const order = await orderOf(bank, maria, { target: '/card-limits', body: { card: 'c1' } })
    expect((await demand(bank, order)).claims).toMatchObject({ acr: 'passcode' })
  })

  test('of a passkey gives a browser its options', async () => {
    const passkey = await newCustomer(bank, { user: 'berta', presence: 'passkey' })
    const { options, claims } = await demand(bank, await orderOf(bank, passkey))
    expect(options).toMatchObject({
      rpId: 'bank.example',
      userVerification: 'required',
      allowCredentials: [{ id: passkey.bound?.passkey?.id }],
    })
    expect(claims.presence_key).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  test('names no presence key where there is none, and a device that can prove nothing is told so', async () => {
    const plain = await newCustomer(bank, { user: 'carla' })
    expect((await demand(bank, await orderOf(bank, plain))).claims).not.toHaveProperty('presence_key')
    const bare = await newPhone(bank, 'dora')
    const { access_token: authorization } = await unlock(bank, bare)
    const dora = { phone: bare, authorization, record: '', bound: null }
    expect(await codeOf(orderOf(bank, dora))).toBe('passcode_not_set')
    expect(await codeOf(orderOf(bank, dora, { target: '/card-limits', body: { card: 'c1' } }))).toBe(
      'passcode_not_set',
    )
  })

  test.each([
    ['a query', { target: '/transfers?amount=1' }],
    ['an empty query', { target: '/transfers?' }],
    ['another content type', { type: 'text/json' }],
    ['no content type that says JSON', { type: 'application/xml' }],
    ['an unknown field', { body: { ...payment, fee: '1' } }],
    [
      'a name twice',
      { body: '{"amount":{"currency":"EUR","value":"1.00"},"amount":{"currency":"EUR","value":"2.00"}}' },
    ],
    ['no JSON', { body: 'amount=1' }],
  ])('refuses %s', async (_what, input) => {
    expect(await codeOf(orderOf(bank, maria, input))).toBe('approval_body_refused')
  })

  test('waits for a user five times, and asks twenty times a minute', async () => {
    const { approval } = (await openBank()).stage.deployment.policy
    bank = await openBank({}, { policy: { approval: { ...approval, open: 5, perMinute: 20 } } })
    maria = await newCustomer(bank, { presence: 'key' })
    const asked = await Promise.all(
      Array.from({ length: 5 }, async () => demand(bank, await orderOf(bank, maria))),
    )
    const sixth = await refusalOf(take(bank, await orderOf(bank, maria)))
    expect([sixth.code, sixth.retryAfter]).toEqual(['rate_limited', 300])
    await call(bank, maria, 'DELETE', `approvals/${asked[0]?.id}`)
    expect(await codeOf(orderOf(bank, maria))).toBe('approval_required')
    // Those that are over keep nobody waiting.
    bank.stage.pass(300)
    for (let i = 0; i < 5; i++) expect(await codeOf(orderOf(bank, maria))).toBe('approval_required')
    bank.stage.pass(300)
    for (let i = 0; i < 20; i++) {
      const { id } = await demand(bank, await orderOf(bank, maria))
      await call(bank, maria, 'DELETE', `approvals/${id}`)
    }
    expect(await refusalOf(take(bank, await orderOf(bank, maria)))).toMatchObject({
      code: 'rate_limited',
      retryAfter: 60,
    })
    bank.stage.pass(60)
    expect(await codeOf(orderOf(bank, maria))).toBe('approval_required')
  })
})

describe('an approved request', () => {
  test('is carried out as it was read, with evidence', async () => {
    const spaced = JSON.stringify(
      { payee: payment.payee, account: payment.account, amount: payment.amount },
      null,
      2,
    )
    const { again, challenge } = await approvedOrder(bank, maria, { body: spaced })
    const approved = await take(bank, await again())
    expect(Buffer.from(approved.body).toString()).toBe(
      '{"account":"DE89370400440532013000","amount":{"currency":"EUR","value":"12.50"},"payee":"Erika Muster"}',
    )
    const evidence = JSON.parse(Buffer.from(approved.evidence, 'base64url').toString()) as Record<
      string,
      unknown
    >
    expect(evidence).toMatchObject({ kind: 'key', challenge, jwk: maria.bound?.key?.jwk })
    expect(await actions(bank)).toEqual(['approval.asked', 'approval.approved', 'approval.spent'])
  })

  test('may be written otherwise, as long as it reads the same', async () => {
    const { again } = await approvedOrder(bank, maria)
    const { amount, payee, account } = payment
    const approved = await take(
      bank,
      await again({ body: JSON.stringify({ payee, account, amount }, null, 1) }),
    )
    expect(approved.evidence).not.toBe('')
  })

  test('is that request, and no other', async () => {
    const { again, id } = await approvedOrder(bank, maria)
    const refused: Array<Parameters<typeof again>[0]> = [
      { key: newIdempotencyKey() },
      { body: { ...payment, amount: { currency: 'EUR', value: '12.51' } } },
      { body: { ...payment, account: otherAccount } },
      { target: '/instant' },
      { target: '/transfers/' },
      { approval: 'A'.repeat(22) },
      { approval: '../approvals' },
      { approval: `${id}.` },
    ]
    for (const other of refused) expect(await codeOf(again(other))).toBe('approval_refused')
    expect(await codeOf(again())).toBe('none')
    expect(await codeOf(again())).toBe('approval_refused')
  })

  test('tells its secret to the key it was asked for with, and to no other', async () => {
    const [own, thiefs] = ['A'.repeat(43), `${'B'.repeat(42)}A`]
    const { again } = await approvedOrder(bank, maria, { replyKey: own })
    expect(await codeOf(again({ replyKey: thiefs }))).toBe('approval_refused')
    const { again: plain } = await approvedOrder(bank, maria)
    expect(await codeOf(plain({ replyKey: thiefs }))).toBe('approval_refused')
    expect(await codeOf(again())).toBe('none')
  })

  test('is of that device: no other one of the same user can send or approve it', async () => {
    const second = await newCustomer(bank, { presence: 'key' })
    const key = newIdempotencyKey()
    const { id } = await approvedOrder(bank, maria, { key })
    expect(await codeOf(orderOf(bank, second, { key, approval: id }))).toBe('approval_refused')
    const asked = await demand(bank, await orderOf(bank, maria))
    expect(await approve(bank, second, asked)).toMatchObject({ error: 'approval_refused' })
    expect(await call(bank, second, 'DELETE', `approvals/${asked.id}`)).toMatchObject({
      error: 'approval_refused',
    })
    expect(await call(bank, second, 'GET', 'approvals')).toMatchObject({ approvals: [] })
    expect(await approve(bank, maria, asked)).toMatchObject({ state: 'approved' })
  })

  test('is one that was approved', async () => {
    const key = newIdempotencyKey()
    const { id } = await demand(bank, await orderOf(bank, maria, { key }))
    expect(await codeOf(orderOf(bank, maria, { key, approval: id }))).toBe('approval_refused')
    expect(await call(bank, maria, 'DELETE', `approvals/${id}`)).toMatchObject({ state: 'refused' })
    expect(await codeOf(orderOf(bank, maria, { key, approval: id }))).toBe('approval_refused')
  })

  test('comes in time: within 300 seconds of the challenge, to the second', async () => {
    const inTime = await approvedOrder(bank, maria)
    const tooLate = await approvedOrder(bank, maria)
    const notApproved = await demand(bank, await orderOf(bank, maria))
    bank.stage.pass(299)
    expect(await codeOf(inTime.again())).toBe('none')
    bank.stage.pass(1)
    expect(await codeOf(tooLate.again())).toBe('approval_expired')
    expect(await approve(bank, maria, notApproved)).toMatchObject({ error: 'approval_expired' })
    expect(await call(bank, maria, 'DELETE', `approvals/${notApproved.id}`)).toMatchObject({
      state: 'expired',
    })
  })

  test('is not sent once its device is revoked, though this node has not heard of it', async () => {
    const { again } = await approvedOrder(bank, maria)
    const order = await again()
    const { server } = bank
    const rule = server.rule(order.head)
    const verified = await server.verify(order.head, rule)
    await server.devices.revoke(maria.phone.device, 'olga')
    if (rule.approve === undefined) throw new Error('no form')
    expect(await refusal(server.approvals.take(verified, rule.approve, order.body))).toBe('approval_refused')
  })
})

describe('the list', () => {
  test('shows the last of this device, with what became of them', async () => {
    const spent = await approvedOrder(bank, maria)
    await take(bank, await spent.again())
    const declined = await demand(bank, await orderOf(bank, maria))
    await call(bank, maria, 'DELETE', `approvals/${declined.id}`)
    bank.stage.pass(1)
    const late = await approvedOrder(bank, maria)
    bank.stage.pass(300)
    const open = await demand(bank, await orderOf(bank, maria))
    const { approvals } = (await call(bank, maria, 'GET', 'approvals')) as unknown as {
      approvals: Array<Record<string, unknown>>
    }
    const states = new Map(approvals.map(({ id, state }) => [id, state]))
    expect([spent, declined, late, open].map(({ id }) => states.get(id))).toEqual([
      'spent',
      'refused',
      'expired',
      'asked',
    ])
    const { title, lines, claims } = open
    const times = { created: claims.iat, expires: claims.exp }
    expect(approvals[0]).toEqual({ id: open.id, state: 'asked', title, lines, reasons: [], ...times })
  })

  test('declining what is over is content, and changes nothing', async () => {
    const { id, again } = await approvedOrder(bank, maria)
    expect(await call(bank, maria, 'DELETE', `approvals/${id}`)).toMatchObject({ state: 'approved' })
    expect(await codeOf(again())).toBe('none')
    expect(await call(bank, maria, 'DELETE', `approvals/${id}`)).toMatchObject({ state: 'spent' })
    expect(await call(bank, maria, 'DELETE', `approvals/${'A'.repeat(22)}`)).toMatchObject({
      error: 'approval_refused',
    })
  })
})

test('rules about transfers are not asked for what moves no money', async () => {
  bank = await openBank({
    rules: [{ name: 'none', verdict: 'refuse', kind: 'limit', of: 'user', sum: '0.01' }],
  })
  maria = await newCustomer(bank)
  expect(await codeOf(orderOf(bank, maria))).toBe('transfer_refused')
  const card = { target: '/card-limits', body: { card: 'c1' } }
  const { again } = await approvedOrder(bank, maria, card)
  expect(await codeOf(again())).toBe('none')
})
