import { type ErrorCode, HoldfastError, toBase64url, utf8 } from '@holdfast/core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createRig,
  enrol,
  headOf,
  type Phone,
  type Rig,
  seconds,
  signedFields,
  unlock,
  type Unlocked,
} from '../test/rig.ts'
import type { Claim } from './idempotency.ts'

const purpose = { path: '/transfers', policy: 'signed', signer: 'any', fields: ['x-purpose'] } as const
const key = 'k'.repeat(16)

let rig: Rig
let phone: Phone
let unlocked: Unlocked

beforeEach(async () => {
  rig = await createRig({ routes: [purpose] })
  phone = await enrol(rig, 'ann')
  unlocked = await unlock(rig, phone)
})

type Order = { body?: string; type?: string; purpose?: string; target?: string; by?: Unlocked }

async function claim(order: Order = {}): Promise<Claim> {
  const { body = '{"cents":1}', type = 'application/json', target = '/transfers', by = unlocked } = order
  const fields = [
    ['authorization', `Holdfast ${by.tokens.access_token}`],
    ['content-type', type],
    ['idempotency-key', key],
    ...(order.purpose === undefined ? [] : [['x-purpose', order.purpose] as const]),
  ] as const
  const created = seconds(rig.clock)
  const input = {
    method: 'POST',
    target,
    key: by.session,
    created,
    body: utf8(body),
    fields,
    routeFields: ['x-purpose'],
  }
  const head = headOf('POST', target, await signedFields(input))
  return rig.server.claim(await rig.server.verify(head, rig.server.rule(head)))
}

async function codeOf(attempt: Promise<unknown>): Promise<ErrorCode | 'passed'> {
  try {
    await attempt
    return 'passed'
  } catch (error) {
    if (error instanceof HoldfastError) return error.code
    throw error
  }
}

const answer = { status: 201, fields: [['content-type', 'text/plain']], body: utf8('done') } as const
const run = (claimed: Claim): Extract<Claim, { kind: 'run' }> => {
  if (claimed.kind !== 'run') throw new Error('expected to run')
  return claimed
}

describe('an Idempotency-Key', () => {
  it('lets one of fifty through', async () => {
    const codes = await Promise.all(Array.from({ length: 50 }, () => codeOf(claim())))
    expect(codes.filter((code) => code === 'passed')).toHaveLength(1)
    expect(codes.filter((code) => code === 'request_in_progress')).toHaveLength(49)
  })

  it('repeats the answer, to another session of the device too', async () => {
    await run(await claim()).settle(answer)
    expect(await claim()).toEqual({ kind: 'repeat', answer })
    expect(await claim({ by: await unlock(rig, phone) })).toEqual({ kind: 'repeat', answer })
  })

  it('is another device’s own', async () => {
    await run(await claim()).settle(answer)
    const other = await unlock(rig, await enrol(rig, 'ann'))
    expect((await claim({ by: other })).kind).toBe('run')
  })

  const others: Array<[string, Order]> = [
    ['body', { body: '{"cents":2}' }],
    ['target', { target: '/transfers?to=bob' }],
    ['content type', { type: 'text/plain' }],
    ['covered field of the route', { purpose: 'rent' }],
  ]
  it.each(others)('does not come with another %s', async (_, order) => {
    await run(await claim()).settle(answer)
    expect(await codeOf(claim(order))).toBe('idempotency_key_reused')
  })

  it('never runs again when the outcome is not known, or the answer was not kept', async () => {
    const first = run(await claim())
    rig.clock.advance(91_000)
    unlocked = await unlock(rig, phone)
    expect(await codeOf(claim())).toBe('outcome_unknown')
    await first.unknown()
    expect(await codeOf(claim())).toBe('outcome_unknown')
    rig.clock.advance(86_400_000)
    unlocked = await unlock(rig, phone)
    await run(await claim()).executed()
    expect(await codeOf(claim())).toBe('request_already_executed')
  })

  it('may be used again when nothing was sent', async () => {
    await run(await claim()).release()
    expect((await claim()).kind).toBe('run')
  })

  it('keeps answers sealed', async () => {
    const { store } = rig.deployment
    const settled = vi.spyOn(store, 'settleClaim')
    await run(await claim()).settle({ ...answer, body: utf8('canary-4711') })
    const kept = JSON.stringify(settled.mock.calls)
    expect(kept).toContain('sealedAnswer')
    expect(kept).not.toContain('canary-4711')
    expect(kept).not.toContain(toBase64url(utf8('canary-4711')))
  })
})
