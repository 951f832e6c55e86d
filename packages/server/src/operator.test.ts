import { beforeEach, describe, expect, test } from 'vitest'
import { bindPhone, createStage, fifty, refusal, type Stage, tally } from '../test/stage.ts'
import type { AdminFeatures } from './admin.ts'
import { createApprovals } from './approval.ts'
import { auditActions } from './audit.ts'
import type { Deployment } from './deployment.ts'
import { createDevices } from './device.ts'
import type { Enrolment } from './enrolment.ts'
import { parseHead } from './head.ts'
import { createOperators, type Operators } from './operator.ts'
import type { OperatorCredentials } from './operator-credentials.ts'
import { createShares } from './share.ts'
import { createWipeGuard } from './wipe-memory.ts'

function featuresOf(enrolment: Enrolment, deployment: Deployment): AdminFeatures {
  const wipes = createWipeGuard(deployment)
  return {
    enrolment,
    devices: createDevices(deployment),
    shares: createShares(deployment, wipes),
    wipes,
    approvals: createApprovals(deployment),
  }
}

let stage: Stage
let operators: Operators
let olga: OperatorCredentials
beforeEach(async () => {
  stage = await createStage()
  const { enrolment, deployment } = stage
  operators = createOperators(deployment, featuresOf(enrolment, deployment))
  const first = await operators.ensureFirst()
  if (first === null) throw new Error('there is an operator already')
  olga = (await call('POST', '/admin/operators', { name: 'olga' }, first)) as OperatorCredentials
})

const basic = ({ name, secret }: OperatorCredentials) =>
  `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
const headOf = (method: string, target: string, authorization?: string) =>
  parseHead(method, target, authorization === undefined ? [] : ['Authorization', authorization], '127.0.0.1')

async function call(method: string, target: string, body?: unknown, as = olga): Promise<unknown> {
  const answer = await operators.answer(headOf(method, target, basic(as)), body)
  expect(answer.status).toBe(200)
  return answer.json
}
const lastEntry = async () => (await stage.deployment.store.readAudit({ limit: 1000 })).at(-1)

describe('the first operator', () => {
  test('is made by one of fifty starts and by no later one', async () => {
    stage = await createStage()
    operators = createOperators(stage.deployment, featuresOf(stage.enrolment, stage.deployment))
    const made = await Promise.all(fifty(() => operators.ensureFirst()))
    expect(made.filter((one) => one !== null)).toHaveLength(1)
    expect(made.find((one) => one !== null)?.secret).toMatch(/^hfo_[A-Za-z0-9_-]{43}$/)
    expect(await operators.ensureFirst()).toBeNull()
  })

  test('is finished by the next start when the one that made it was cut off before or after the commit', async () => {
    for (const committed of [false, true]) {
      stage = await createStage()
      const { deployment, enrolment } = stage
      const { store } = deployment
      const failing = {
        ...store,
        async addFirstOperator(...input: Parameters<typeof store.addFirstOperator>): Promise<boolean> {
          if (committed) await store.addFirstOperator(...input)
          throw new Error('killed')
        },
      }
      const features = featuresOf(enrolment, deployment)
      let left: OperatorCredentials | null = null
      const keep = async (credentials: OperatorCredentials): Promise<void> => {
        expect(await store.listOperators()).toEqual([])
        left = credentials
      }
      const cut = createOperators({ ...deployment, store: failing }, features)
      await expect(cut.ensureFirst({ left, keep })).rejects.toThrow('killed')
      operators = createOperators(deployment, features)
      const finished = await operators.ensureFirst({ left, keep })
      expect(finished).toEqual(left)
      await call('GET', '/admin/operators', undefined, finished as OperatorCredentials)
      expect(await operators.ensureFirst({ left: { name: 'admin', secret: 'hfo_x' }, keep })).toBeNull()
      expect(await store.listOperators()).toHaveLength(1)
    }
  })
})

test('whoever holds the service adds one in the name of the system', async () => {
  const rescuer = await operators.add('rescuer')
  expect(await lastEntry()).toMatchObject({
    action: 'operator.added',
    actor: 'system',
    detail: { name: 'rescuer' },
  })
  await call('GET', '/admin/operators', undefined, rescuer)
  expect(await refusal(operators.add('rescuer'))).toBe('operator_exists')
  expect(await refusal(operators.add('system'))).toBe('bad_request')
})

test('authenticate names who calls, and refuses who is nobody', async () => {
  expect(await operators.authenticate(headOf('POST', '/anything', basic(olga)))).toBe('olga')
  expect(await refusal(operators.authenticate(headOf('GET', '/anything')))).toBe('operator_required')
})

describe('credentials', () => {
  const answer = (authorization?: string) =>
    operators.answer(headOf('GET', '/admin/operators', authorization), undefined)

  test('that are missing, malformed or wrong are refused', async () => {
    const wrong = [
      undefined,
      'Basic',
      'Basic !!!',
      'Basic b2xnYQ',
      `Bearer ${olga.secret}`,
      basic({ ...olga, secret: '' }),
      basic({ ...olga, secret: `${olga.secret}A` }),
      basic({ ...olga, name: 'nobody' }),
      basic({ ...olga, name: 'admin' }),
      basic({ ...olga, name: 'Olga' }),
    ]
    for (const authorization of wrong) {
      expect(await refusal(answer(authorization)), authorization).toBe('operator_required')
      stage.pass(60)
    }
  })

  test('ten failures a minute from one address, then no more are looked at in the audit', async () => {
    const wrong = basic({ ...olga, secret: 'hfo_guess' })
    expect(await tally(fifty(() => answer(wrong)))).toEqual({ operator_required: 10, rate_limited: 40 })
    const refused = (await stage.deployment.store.readAudit({ limit: 100 })).filter(
      ({ action }) => action === 'operator.refused',
    )
    expect(refused).toHaveLength(10)
    expect(refused[0]).toMatchObject({ actor: 'olga', detail: { remote: '127.0.0.1' } })
    // Who knows the secret is not locked out by who does not.
    await call('GET', '/admin/operators')
  })

  test('are stored as a digest only', async () => {
    const record = await stage.deployment.store.findOperator('olga')
    expect(record?.secretDigest).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(JSON.stringify(record)).not.toContain(olga.secret.slice(4))
  })

  test('are bound to the name: a digest copied to another row opens nothing', async () => {
    const { store, clock } = stage.deployment
    const record = await store.findOperator('olga')
    const audit = { at: clock.now(), action: 'x', actor: 'x', user: null, device: null, detail: {} }
    await store.addOperator({ name: 'copy', secretDigest: record?.secretDigest ?? '', createdAt: 0 }, audit)
    expect(await refusal(answer(basic({ ...olga, name: 'copy' })))).toBe('operator_required')
  })

  test('of one operator do not open the door for another name', async () => {
    const otto = (await call('POST', '/admin/operators', { name: 'otto' })) as OperatorCredentials
    expect(await refusal(answer(basic({ name: 'olga', secret: otto.secret })))).toBe('operator_required')
  })
})

describe('activations', () => {
  test('gives a code once, under the operator’s name', async () => {
    const answer = (await call('POST', '/admin/activations', { user: 'maria', send_to: '+49170' })) as Record<
      string,
      unknown
    >
    expect(answer).toEqual({
      code: expect.stringMatching(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/),
      code_id: String(answer['code']).replaceAll('-', '').slice(0, 8),
      expires: stage.deployment.clock.now() / 1000 + 600,
    })
    expect(await lastEntry()).toMatchObject({ action: 'activation.issued', actor: 'olga', user: 'maria' })
    expect(JSON.stringify(await lastEntry())).not.toContain(String(answer['code']).slice(-4))
  })

  test.each([
    undefined,
    null,
    [],
    {},
    { user: 'maria' },
    { user: '', send_to: '+49170' },
    { user: 'maria ', send_to: '+49170' },
    { user: 'ma\nria', send_to: '+49170' },
    { user: 'maria', send_to: '+49\u0000' },
    { user: 'maria', send_to: 'x'.repeat(129) },
    { user: 'maria', send_to: 7 },
    { user: 'maria', send_to: '+49170', more: true },
  ])('refuses %j', async (body) => {
    expect(await refusal(call('POST', '/admin/activations', body))).toBe('bad_request')
  })
})

describe('devices', () => {
  test('are listed page by page, of one user or of all', async () => {
    const phones: string[] = []
    for (const of of ['maria', 'otto', 'maria']) {
      phones.unshift((await bindPhone(stage, of)).device)
      stage.pass(1)
    }
    type Page = { devices: Array<Record<string, unknown>>; next: number | null }
    const first = (await call('GET', '/admin/devices?limit=2')) as Page
    expect(first.devices.map(({ id }) => id)).toEqual(phones.slice(0, 2))
    const second = (await call('GET', `/admin/devices?limit=2&before=${first.next}`)) as Page
    expect(second.devices.map(({ id }) => id)).toEqual(phones.slice(2))
    expect(second.next).toBeNull()
    const marias = (await call('GET', '/admin/devices?user=maria')) as Page
    expect(marias.devices.map(({ user }) => user)).toEqual(['maria', 'maria'])
    expect(Object.keys(marias.devices[0] ?? {})).toEqual([
      'id',
      'user',
      'name',
      'platform',
      'key',
      'created',
      'revoked',
      'suspended',
      'coolingUntil',
    ])
  })

  test.each(['limit=0', 'limit=1001', 'limit=x', 'limit=1&limit=2', 'before=-1', 'who=maria', 'user='])(
    'refuses ?%s',
    async (query) => {
      expect(await refusal(call('GET', `/admin/devices?${query}`))).toBe('bad_request')
    },
  )

  test('are revoked by id, again without harm', async () => {
    const { device } = await bindPhone(stage)
    const target = `/admin/devices/${device}/revoke`
    const revoked = stage.deployment.clock.now() / 1000
    expect(await call('POST', target)).toMatchObject({ device: { id: device, revoked } })
    expect(await lastEntry()).toMatchObject({ action: 'device.revoked', actor: 'olga', device })
    stage.pass(5)
    expect(await call('POST', target, {})).toMatchObject({ device: { id: device, revoked } })
    expect(await refusal(call('POST', target, { more: 1 }))).toBe('bad_request')
    expect(await refusal(call('POST', '/admin/devices/no-such-device-id/revoke'))).toBe('not_found')
  })
})

describe('shares', () => {
  test('are wiped by device, once, and never made again', async () => {
    const { device } = await bindPhone(stage)
    const { store, clock } = stage.deployment
    const now = clock.now()
    const input = { deviceId: device, way: 'way', held: 0, askedAt: now, fresh: 'sealed', now }
    expect((await store.releaseShare(input)).kind).toBe('released')
    const target = `/admin/devices/${device}/wipe`
    expect(await call('POST', target)).toEqual({ wiped: true })
    expect(await lastEntry()).toMatchObject({ action: 'device.wiped', actor: 'olga', user: 'maria', device })
    expect(await call('POST', target, {})).toEqual({ wiped: false })
    expect((await store.releaseShare(input)).kind).toBe('gone')
    expect(await refusal(call('POST', target, { more: 1 }))).toBe('bad_request')
    expect(await refusal(call('POST', '/admin/devices/no-such-device-id/wipe'))).toBe('not_found')
  })

  test('of a store that was put back are decided about, once, and only when it was', async () => {
    for (const decision of ['keep', 'forget']) {
      let remembered: number | null = null
      const wipeMemory = {
        read: async () => remembered,
        write: async (count: number) => void (remembered = count),
      }
      stage = await createStage({}, { wipeMemory })
      const { deployment, enrolment } = stage
      operators = createOperators(deployment, featuresOf(enrolment, deployment))
      olga = (await operators.ensureFirst()) as OperatorCredentials
      const target = `/admin/shares/${decision}`
      expect(await call('POST', target)).toEqual({ settled: false })
      remembered = 7
      expect(await refusal(call('POST', target, { more: 1 }))).toBe('bad_request')
      expect(await call('POST', target)).toEqual({ settled: true })
      expect(await lastEntry()).toMatchObject({
        action: 'shares.restored',
        actor: 'admin',
        detail: { decision },
      })
      expect(await deployment.store.wipeCount()).toBeGreaterThanOrEqual(7)
      expect(await call('POST', target, {})).toEqual({ settled: false })
    }
    expect(await refusal(call('POST', '/admin/shares/burn'))).toBe('not_found')
  })
})

describe('audit', () => {
  test('is read page by page, oldest first, in documented words', async () => {
    await bindPhone(stage)
    type Page = { entries: Array<{ id: number; action: string; atMs: number }>; next: number | null }
    const seen: string[] = []
    let next: number | null = 0
    while (next !== null) {
      const page = (await call('GET', `/admin/audit?limit=2&after=${next}`)) as Page
      for (const { action, atMs } of page.entries) {
        expect(Object.keys(auditActions)).toContain(action)
        expect(atMs).toBe(stage.deployment.clock.now())
        seen.push(action)
      }
      next = page.next
    }
    expect(seen).toEqual([
      'operator.added',
      'operator.added',
      'activation.issued',
      'enrolment.begun',
      'device.bound',
    ])
  })
})

describe('operators', () => {
  test('are added with a secret shown once, listed without, and removed', async () => {
    const otto = (await call('POST', '/admin/operators', { name: 'otto' })) as OperatorCredentials
    expect(await lastEntry()).toMatchObject({
      action: 'operator.added',
      actor: 'olga',
      detail: { name: 'otto' },
    })
    await call('GET', '/admin/audit', undefined, otto)
    const created = stage.deployment.clock.now() / 1000
    const listed = (await call('GET', '/admin/operators')) as { operators: Array<{ name: string }> }
    expect(listed.operators.toSorted((one, other) => one.name.localeCompare(other.name))).toEqual(
      ['admin', 'olga', 'otto'].map((name) => ({ name, created })),
    )
    expect(await call('DELETE', '/admin/operators/otto')).toEqual({})
    expect(await lastEntry()).toMatchObject({
      action: 'operator.removed',
      actor: 'olga',
      detail: { name: 'otto' },
    })
    expect(await refusal(call('GET', '/admin/audit', undefined, otto))).toBe('operator_required')
    expect(await refusal(call('DELETE', '/admin/operators/otto'))).toBe('not_found')
  })

  test('keep their names to themselves; the last one stays', async () => {
    expect(await refusal(call('POST', '/admin/operators', { name: 'olga' }))).toBe('operator_exists')
    await call('DELETE', '/admin/operators/admin')
    expect(await refusal(call('DELETE', '/admin/operators/olga'))).toBe('bad_request')
    await call('GET', '/admin/operators')
  })

  test.each(['system', '', 'a b', '.a', 'a:b', 'ä', 'x'.repeat(65), 7])(
    'refuses the name %j',
    async (name) => {
      expect(await refusal(call('POST', '/admin/operators', { name }))).toBe('bad_request')
    },
  )
})

test('unknown paths and wrong methods are refused, and only to operators', async () => {
  expect(await refusal(call('GET', '/admin'))).toBe('not_found')
  expect(await refusal(call('GET', '/admin/devices/'))).toBe('not_found')
  expect(await refusal(call('DELETE', '/admin/audit'))).toBe('method_refused')
  expect(await refusal(operators.answer(headOf('GET', '/admin'), undefined))).toBe('operator_required')
})
