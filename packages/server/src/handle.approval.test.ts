import { contentDigest, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, expect, test } from 'vitest'
import {
  actions,
  approvedOrder,
  type Customer,
  newCustomer,
  newIdempotencyKey,
  openBank,
  type Order,
  orderOf,
  payment,
} from '../test/approval.ts'
import type { OpenHouse } from '../test/passcode.ts'
import { handle, type HandleOptions } from './handle.ts'

const limited = {
  name: 'a day',
  verdict: 'refuse',
  kind: 'limit',
  of: 'user',
  perSeconds: 86_400,
  sum: '20.00',
} as const

let bank: OpenHouse
let maria: Customer
let seen: Request[]
let options: HandleOptions
let status: number
beforeEach(async () => {
  bank = await openBank({ rules: [limited] })
  maria = await newCustomer(bank, { presence: 'key' })
  seen = []
  status = 201
  options = {
    bodyBytes: 10_000,
    answerBytes: 10_000,
    remote: '192.0.2.1',
    async next(request): Promise<Response> {
      seen.push(request)
      return Response.json({ got: await request.clone().text() }, { status })
    },
  }
})

function send({ head, body }: Order): Promise<Response> {
  const { method, target, fields } = head
  const request = new Request(`https://api.bank.example${target.raw}`, {
    method,
    headers: [...fields].map(([name, value]): [string, string] => [name, value]),
    body: new Uint8Array(body),
  })
  return handle(bank.server, request, options)
}
const codeOf = async (order: Promise<Order>): Promise<string> => {
  const response = await send(await order)
  return response.headers.get('holdfast-error') ?? String(response.status)
}

test('the application gets what was approved, and evidence', async () => {
  const spaced = { body: JSON.stringify(payment, null, 3), type: 'application/json; charset=utf-8' }
  const { again } = await approvedOrder(bank, maria, spaced)
  expect(await codeOf(again())).toBe('201')
  const [request] = seen
  const text = (await request?.text()) ?? ''
  expect(text).toBe(
    '{"account":"DE89370400440532013000","amount":{"currency":"EUR","value":"12.50"},"payee":"Erika Muster"}',
  )
  expect(request?.headers.get('content-type')).toBe('application/json')
  expect(request?.headers.get('content-digest')).toBe(await contentDigest(utf8(text), nodeCrypto))
  const evidence = request?.headers.get('holdfast-approval') ?? ''
  expect(JSON.parse(Buffer.from(evidence, 'base64url').toString())).toMatchObject({ kind: 'key' })
})

test('a refusal gives the key back: it is asked, approved, held or refused under one key', async () => {
  const key = newIdempotencyKey()
  expect(await codeOf(orderOf(bank, maria, { key }))).toBe('approval_required')
  expect(await codeOf(orderOf(bank, maria, { key }))).toBe('approval_required')
  const { again } = await approvedOrder(bank, maria, { key })
  expect(await codeOf(orderOf(bank, maria, { key, approval: 'A'.repeat(22) }))).toBe('approval_refused')
  expect(await codeOf(again())).toBe('201')
  expect(seen).toHaveLength(1)
})

test('sent again it gets its kept answer, and nobody is asked', async () => {
  const key = newIdempotencyKey()
  const { again } = await approvedOrder(bank, maria, { key })
  await send(await again())
  const before = await actions(bank)
  for (const order of [
    again(),
    orderOf(bank, maria, { key }),
    orderOf(bank, maria, { key, approval: 'B'.repeat(22) }),
  ]) {
    const answer = await send(await order)
    expect([answer.status, answer.headers.get('holdfast-repeated')]).toEqual([201, 'true'])
  }
  expect(await actions(bank)).toEqual(before)
  expect(seen).toHaveLength(1)
})

test('a hundred at once are carried out once', async () => {
  const { again } = await approvedOrder(bank, maria)
  const orders = await Promise.all(Array.from({ length: 100 }, () => again()))
  const codes = new Set(await Promise.all(orders.map((order) => codeOf(Promise.resolve(order)))))
  expect(seen).toHaveLength(1)
  codes.delete('request_in_progress')
  expect([...codes]).toEqual(['201'])
})

test.each([
  [201, 'transfer_refused'],
  [422, 'approval_required'],
  [502, 'transfer_refused'],
])('an answer of %i leaves the next one %s', async (answer, next) => {
  status = answer
  const { again } = await approvedOrder(bank, maria)
  expect(await codeOf(again())).toBe(String(answer))
  expect(await codeOf(orderOf(bank, maria))).toBe(next)
})

test('an application that fails may have paid: it counts, and is not run again', async () => {
  options = { ...options, next: async () => Promise.reject(new Error('after the money moved')) }
  const { again } = await approvedOrder(bank, maria)
  expect(await codeOf(again())).toBe('outcome_unknown')
  expect(await codeOf(again())).toBe('outcome_unknown')
  expect(await codeOf(orderOf(bank, maria))).toBe('transfer_refused')
})

test('a node that dies before the answer leaves it counted, and nobody sends it again', async () => {
  const { again } = await approvedOrder(bank, maria)
  const order = await again()
  const died = new Promise<Response>(() => {})
  options = { ...options, next: () => died }
  void send(order)
  const { store, clock } = bank.stage.deployment
  await expect.poll(() => actions(bank), { timeout: 20_000 }).toContain('approval.spent')
  bank.stage.pass(91)
  expect(await codeOf(again())).toBe('outcome_unknown')
  expect(await codeOf(orderOf(bank, maria))).toBe('transfer_refused')
  expect(await store.countFailures('maria', clock.now())).toBe(0)
})

test('what a phone says of approvals elsewhere reaches no application', async () => {
  const order = await orderOf(bank, maria, { target: '/elsewhere', approval: 'C'.repeat(22) })
  expect(await codeOf(Promise.resolve(order))).toBe('201')
  expect(seen[0]?.headers.has('holdfast-approval')).toBe(false)
})
