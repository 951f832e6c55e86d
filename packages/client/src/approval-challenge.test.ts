import {
  type ApprovalChallenge,
  type ApprovalDemand,
  HoldfastError,
  type RouteRule,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  approving,
  type Asked,
  claimsOf,
  claiming,
  demanding,
  init,
  paid,
  pay,
  refusal,
  signedBy,
  transfer,
  transferRoutes,
} from '../test/approvals.ts'
import { passcode, wait } from '../test/factor.ts'
import { codeOf, createWorld, origin, sentTo } from '../test/rig.ts'
import { readRefusal, readWhole, streamOf } from './answer.ts'
import type { FetchInit } from './fetch.ts'
import type { Outgoing } from './ports.ts'
import type { Factor } from './prompt.ts'

const other = 'A'.repeat(43)

let all: Asked
let given: Factor | null
beforeEach(async () => {
  given = { passcode }
  all = await approving(async () => given)
})

/** The call ends so, and neither was anything shown nor proved nor carried out. */
async function refusedUnseen(code: string, more?: FetchInit): Promise<void> {
  expect(await codeOf(pay(all, more))).toBe(code)
  const proofs = all.phone.network.exchanges.filter(({ request }) => request.url.includes('/approvals/'))
  expect([all.shown, proofs, paid(all)]).toEqual([[], [], []])
}

const foreign: ReadonlyArray<readonly [string, Partial<ApprovalChallenge>]> = [
  ['iss', { iss: 'https://api.other.example' }],
  ['sub', { sub: 'bob' }],
  ['method', { method: 'PUT' }],
  ['uri, another path', { uri: `${origin}/payees` }],
  ['uri, a query', { uri: `${origin}/transfers?to=all` }],
  ['uri, another origin', { uri: 'https://api.other.example/transfers' }],
  ['body', { body: other }],
  ['shown', { shown: other }],
  ['device_key', { device_key: other }],
]

describe('a challenge that the service signed', () => {
  it.each(foreign)('of another %s is shown to nobody', async (_, change) => {
    claiming(all, (claims) => ({ ...claims, ...change }))
    await refusedUnseen('answer_refused')
  })

  it('and signed again as it was is shown', async () => {
    given = null
    claiming(all, (claims) => claims)
    expect(await codeOf(pay(all))).toBe('approval_declined')
    expect(all.shown).toHaveLength(1)
  })

  it('and that is over already is not shown', async () => {
    claiming(all, (claims) => ({ ...claims, exp: claims.iat }))
    await refusedUnseen('approval_expired')
  })

  it('of an approval it does not know leads to nothing', async () => {
    claiming(all, (claims) => ({ ...claims, jti: 'a'.repeat(22) }))
    expect(await codeOf(pay(all))).toBe('approval_refused')
    expect(paid(all)).toEqual([])
  })

  it('of a further claim is not understood', async () => {
    claiming(all, (claims) => ({ ...claims, more: 1 }) as ApprovalChallenge)
    await refusedUnseen('answer_refused')
  })
})

const everyClaim: ReadonlyArray<Partial<ApprovalChallenge>> = [
  ...foreign.map(([, change]) => change),
  { jti: 'a'.repeat(22) },
  { iat: 1 },
  { exp: 1_800_000_000 },
  { acr: 'passcode' },
  { presence_key: other },
]

describe('a challenge nobody signed', () => {
  it.each(everyClaim)('is shown to nobody: %o', async (change) => {
    demanding(all, (demand) => {
      const [head, , signature] = demand.challenge.split('.')
      const claims = JSON.stringify({ ...claimsOf(demand), ...change })
      const challenge = [head, Buffer.from(claims).toString('base64url'), signature].join('.')
      return { ...demand, challenge }
    })
    await refusedUnseen('answer_refused')
  })

  it('is shown to nobody when the key of another service signed it', async () => {
    const elsewhere = await createWorld({ stranger: true })
    demanding(all, async (demand) => ({ ...demand, challenge: await signedBy(elsewhere, claimsOf(demand)) }))
    await refusedUnseen('answer_refused')
  })

  it('is shown to nobody under the name of the right key', async () => {
    const elsewhere = await createWorld({ stranger: true })
    demanding(all, async (demand) => {
      const [head] = demand.challenge.split('.')
      const [, claims, signature] = (await signedBy(elsewhere, claimsOf(demand))).split('.')
      return { ...demand, challenge: [head, claims, signature].join('.') }
    })
    await refusedUnseen('answer_refused')
  })

  it.each(['', 'a.b.c', 'a'])('is shown to nobody: "%s"', async (challenge) => {
    demanding(all, (demand) => ({ ...demand, challenge }))
    await refusedUnseen('answer_refused')
  })
})

type Line = ApprovalDemand['lines'][number]

/** The lines with another first one. */
const first =
  (change: (line: Line) => Line) =>
  ({ lines: [line, ...others] }: ApprovalDemand): Partial<ApprovalDemand> => ({
    lines: [change(line as Line), ...others],
  })

describe('what is shown', () => {
  const changes: ReadonlyArray<readonly [string, (demand: ApprovalDemand) => Partial<ApprovalDemand>]> = [
    ['title', () => ({ title: 'Gift' })],
    ['value', first((line) => ({ ...line, value: 'Mallory' }))],
    ['value, by what nobody sees', first((line) => ({ ...line, value: `${line.value}\u200b` }))],
    ['label', first((line) => ({ ...line, label: 'From' }))],
    ['name', first((line) => ({ ...line, name: 'from' }))],
    ['order', ({ lines }) => ({ lines: lines.toReversed() })],
    ['line less', ({ lines }) => ({ lines: lines.slice(1) })],
    ['line more', ({ lines }) => ({ lines: [...lines, { name: 'fee', label: 'Fee', value: 'none' }] })],
  ]
  it.each(changes)('is what was signed: another %s is shown to nobody', async (_, change) => {
    demanding(all, (demand) => ({ ...demand, ...change(demand) }))
    await refusedUnseen('answer_refused')
  })
})

describe('the challenge of another request', () => {
  /** What one call was asked, brought to every later one. */
  async function replayed(): Promise<void> {
    const kept: ApprovalDemand[] = []
    demanding(all, (demand) => {
      kept.push(demand)
      return demand
    })
    await pay(all)
    all.shown.length = 0
    all.world.executed.length = 0
    const approval = kept[0] as ApprovalDemand
    all.phone.network.rewrite({
      answer: (answer, request) =>
        request.url.includes('/holdfast/')
          ? answer
          : refusal(all.world, request, new HoldfastError('approval_required', { approval })),
    })
  }
  const more = { ...transfer, amount: { currency: 'EUR', value: '1250.00' } }

  it('is shown to nobody', async () => {
    await replayed()
    expect(await codeOf(pay(all, { body: JSON.stringify(more) }))).toBe('answer_refused')
    expect(await codeOf(pay(all, { method: 'PUT' }))).toBe('answer_refused')
    expect(await codeOf(all.session.fetch('/payees', init()))).toBe('answer_refused')
    expect(await codeOf(all.session.fetch('/transfers?fast', init()))).toBe('answer_refused')
    expect(all.shown).toEqual([])
  })

  it('says nothing about the order of names, or blanks', async () => {
    await replayed()
    const { amount, iban, name } = transfer
    const body = JSON.stringify({ name, iban, amount }, null, 2)
    // It says the same, and so it is shown; the service knows that it was approved before.
    expect(await codeOf(pay(all, { body }))).toBe('approval_refused')
    expect(all.shown.map(({ title }) => title)).toEqual(['Transfer'])
  })

  it.each([
    ['two names alike', `{"a":1,"a":2}`],
    ['two names alike but for case', `{"a":1,"A":2}`],
    ['a number with an exponent', `{"amount":1e3}`],
    ['a fraction', `{"amount":12.5}`],
    ['half a character', `{"name":"\\ud800"}`],
    ['no JSON', 'ten euros'],
    ['nothing', ''],
    ['a mark before it', `\ufeff${JSON.stringify(transfer)}`],
    ['no UTF-8', new Uint8Array([...utf8('{"name":"'), 0xff, ...utf8('"}')])],
  ])('does not get a body shown that could be read in two ways: %s', async (_, body) => {
    await replayed()
    expect(await codeOf(pay(all, { body }))).toBe('approval_body_refused')
    expect(all.shown).toEqual([])
  })
})

describe('an approval', () => {
  it('is over when the user took too long, by the clock of the service', async () => {
    const slow: Asked = await approving(async () => {
      slow.world.advance(300_000)
      return { passcode }
    })
    const logins = (): number => sentTo(slow.phone, '/holdfast/passcode/logins').length
    const before = logins()
    expect(await codeOf(pay(slow))).toBe('approval_expired')
    // And no try is spent on it.
    expect([slow.shown.length, paid(slow), logins() - before]).toEqual([1, [], 0])
  })

  it('is not over because the clock of the phone says so', async () => {
    const early: Asked = await approving(async () => {
      early.phone.clock.set(early.phone.clock.now() + 3_600_000)
      return { passcode }
    })
    expect((await pay(early)).status).toBe(200)
  })

  it('that waited for another one for too long is not shown', async () => {
    const slow: Asked = await approving(async () => {
      slow.world.advance(300_000)
      return null
    })
    const calls = [pay(slow), pay(slow)].map(codeOf)
    expect((await Promise.all(calls)).toSorted()).toEqual(['approval_declined', 'approval_expired'])
    expect(slow.shown).toHaveLength(1)
  })

  it('that waited for another dialog for too long is not shown', async () => {
    const limits: RouteRule = {
      path: '/limits',
      policy: 'signed',
      signer: 'any',
      fields: [],
      factor: { acr: 'passcode', maxAge: 60 },
    }
    let seen = (): void => undefined
    const asked = new Promise<void>((resolve) => {
      seen = resolve
    })
    let close = (): void => undefined
    const closed = new Promise<null>((resolve) => {
      close = () => resolve(null)
    })
    const prompt = (): Promise<null> => {
      seen()
      return closed
    }
    const routes = [...transferRoutes(), limits]
    const busy = await approving(async () => ({ passcode }), { routes, client: { prompt } })
    wait(busy.world)
    const changing = codeOf(busy.session.fetch('/limits', { method: 'POST' }))
    await asked
    const paying = codeOf(pay(busy))
    await vi.waitFor(() => expect(sentTo(busy.phone, '/transfers')).toHaveLength(1), { timeout: 20_000 })
    // By now it is refused, read, and waits for its turn.
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve))
    busy.world.advance(300_000)
    close()
    expect(await Promise.all([changing, paying])).toEqual([
      'insufficient_user_authentication',
      'approval_expired',
    ])
    expect(busy.shown).toEqual([])
  })
})

describe('a refusal with many lines', () => {
  it('is read whole, up to what fifty payments take', async () => {
    const value = 'x'.repeat(360)
    const lines = Array.from({ length: 150 }, (_, i) => ({ name: `payments.${i}`, label: 'To', value }))
    await (await all.session.fetch('/accounts')).text()
    const request = sentTo(all.phone, '/accounts').at(-1) as Outgoing
    const approval = { challenge: 'a.b.c', title: 'Payments', lines, notes: [] }
    const said = await refusal(all.world, request, new HoldfastError('approval_required', { approval }))
    const body = await readWhole(said)
    expect(body.length).toBeGreaterThan(60_000)
    const { jwk } = all.world.deployment.keys.token()
    const trust = { crypto: nodeCrypto, keyOf: async () => nodeCrypto.importPublicKey(jwk) }
    const read = await readRefusal({ ...said, body: streamOf(body), sealed: false }, request, trust)
    expect([read.verified, read.error?.approval?.lines]).toEqual([true, lines])
  })
})
