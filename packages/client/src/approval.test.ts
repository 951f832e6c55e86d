import { fromUtf8, type HoldfastError, parseProblem, type RouteRule, utf8 } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import {
  type Asked,
  approving,
  confirmation,
  demanding,
  init,
  paid,
  pay,
  refusal,
  transfer,
  transferRoutes,
} from '../test/approvals.ts'
import { passcode, secured, wait, wrongPasscode } from '../test/factor.ts'
import { codeOf, forged, sentTo, start, to, type Unlocked } from '../test/rig.ts'
import { readWhole } from './answer.ts'
import type { Outgoing } from './ports.ts'
import type { Factor, Need } from './prompt.ts'

const yes = async (): Promise<Factor> => ({ passcode })
const fieldOf = ({ fields }: Pick<Outgoing, 'fields'>, name: string): string | undefined =>
  fields.find(([each]) => each === name)?.[1]
const approvalsOf = ({ phone }: Unlocked): Array<string | undefined> =>
  sentTo(phone, '/transfers').map((sent) => fieldOf(sent, 'holdfast-approval'))
const sentProofs = ({ phone }: Unlocked): number =>
  phone.network.exchanges.filter(
    ({ request }) => request.method === 'POST' && request.url.includes('/approvals/'),
  ).length

describe('a request that is to be approved', () => {
  it('is shown, approved and carried out, once, under one Idempotency-Key', async () => {
    const all = await approving(yes)
    expect((await pay(all)).status).toBe(200)
    const [{ id, ...request } = { id: '' }] = all.shown
    expect(all.shown).toHaveLength(1)
    expect(request).toMatchObject({
      title: 'Transfer',
      acr: 'passcode',
      expiresAt: start + 300_000,
      notes: [],
    })
    expect(request).not.toHaveProperty('refused')
    const names = new Map(all.shown[0]?.lines.map(({ name, value }) => [name, value]))
    expect([...names.keys()]).toEqual(expect.arrayContaining(['name', 'iban', 'amount']))
    expect(names.get('name')).toBe(transfer.name)
    expect(names.get('amount')).toContain('12.50')
    const sent = sentTo(all.phone, '/transfers')
    expect(approvalsOf(all)).toEqual([undefined, id])
    expect(new Set(sent.map((each) => fieldOf(each, 'idempotency-key'))).size).toBe(1)
    expect(fieldOf(sent[1] ?? { fields: [] }, 'signature-input')).toContain('"holdfast-approval"')
    expect(paid(all)).toEqual([`POST /transfers ${JSON.stringify(transfer)}`])
  })

  it('is not sent again when the user says no, and the service is told', async () => {
    const all = await approving(async () => null)
    expect(await codeOf(pay(all))).toBe('approval_declined')
    const told = async (): Promise<unknown> => (await all.session.approvals())[0]?.state
    await vi.waitFor(async () => expect(await told()).toBe('refused'), { timeout: 20_000 })
    expect([paid(all), approvalsOf(all)]).toEqual([[], [undefined]])
  })

  it('is declined here even when that reaches nobody', async () => {
    const all = await approving(async () => null)
    all.phone.network.dropRequest(100, ({ method }) => method === 'DELETE')
    expect(await codeOf(pay(all))).toBe('approval_declined')
    expect((await all.session.approvals())[0]?.state).toBe('asked')
  })

  it('is refused with what is to be approved where nobody can be asked', async () => {
    const all = await secured({ routes: transferRoutes() })
    const approval = { title: 'Transfer', notes: [], challenge: expect.any(String) as string }
    await expect(pay(all)).rejects.toMatchObject({ code: 'approval_required', approval })
  })

  it('says when the bank will look at it first', async () => {
    const all = await approving(yes)
    demanding(all, (demand) => ({ ...demand, notes: ['hold'] }))
    await pay(all)
    expect(all.shown[0]?.notes).toEqual(['hold'])
  })

  it('is approved twice at most in one call', async () => {
    const all = await approving(async () => ({ presence: true }))
    await all.session.enablePresence()
    let first: HoldfastError | null = null
    // The service wants the same approved again and again, and never carries it out.
    all.phone.network.rewrite({
      request: (request) =>
        fieldOf(request, 'holdfast-approval') === undefined ? request : { ...request, body: utf8('{}') },
      async answer(answer, request) {
        if (!to('/transfers')(request)) return answer
        first ??= parseProblem(fromUtf8(await readWhole(answer)))
        return refusal(all.world, request, first as HoldfastError)
      },
    })
    await expect(pay(all)).rejects.toMatchObject({ code: 'approval_required' })
    expect([all.shown.length, paid(all)]).toEqual([2, []])
    const named = approvalsOf(all)
    expect(named).toEqual([undefined, all.shown[0]?.id, all.shown[0]?.id])
    for (const { fields } of sentTo(all.phone, '/transfers').slice(1))
      expect(fields.filter(([name]) => name === 'holdfast-approval')).toHaveLength(1)
  })

  it('is asked for by nobody who cannot sign', async () => {
    const all = await approving(yes)
    await pay(all)
    const seen = all.phone.network.exchanges.find(({ request }) => to('/transfers')(request))
    const body = new TextDecoder().decode(seen?.answerBody)
    expect(body).toContain('approval_required')
    all.phone.network.forge(to('/transfers'), { ...forged('approval_required', 403), body })
    expect(await codeOf(pay(all))).toBe('unverified_refusal')
    expect(all.shown).toHaveLength(1)
  })
})

describe('approving', () => {
  it('is done one after the other, and never while the app asks something else', async () => {
    let open = 0
    let most = 0
    const dialog = async (): Promise<Factor> => {
      most = Math.max(most, ++open)
      await new Promise((resolve) => setImmediate(resolve))
      open--
      return { passcode }
    }
    const limits: RouteRule = {
      path: '/limits',
      policy: 'signed',
      signer: 'any',
      fields: [],
      factor: { acr: 'passcode', maxAge: 60 },
    }
    const routes = [...transferRoutes(), limits]
    const all = await approving(dialog, { routes, client: { prompt: dialog } })
    wait(all.world)
    const calls = [pay(all), pay(all), all.session.fetch('/limits', { method: 'POST' }), pay(all)]
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(all.shown).toHaveLength(3)
    expect(most).toBe(1)
  })

  it('ends before the next begins, tries of a wrong passcode included', async () => {
    const answers = [wrongPasscode, passcode, passcode]
    const all = await approving(async () => ({ passcode: answers.shift() ?? '' }))
    expect(await Promise.all([pay(all), pay(all)].map(codeOf))).toEqual(['passed', 'passed'])
    const [one, again, other] = all.shown.map(({ id }) => id)
    expect(all.shown).toHaveLength(3)
    expect(one).toBe(again)
    expect(one).not.toBe(other)
  })

  it.each(['asked', 'held', 'refused', 'expired'])('is not done when it is still "%s"', async (state) => {
    const all = await approving(yes)
    all.phone.network.rewrite({
      answer: (answer, request) =>
        request.url.includes('/approvals/') ? confirmation(all.world, request, { state }) : answer,
    })
    expect(await codeOf(pay(all))).toBe('answer_refused')
    expect(paid(all)).toEqual([])
  })

  it('goes on when the session ends in the middle of it', async () => {
    const needs: Need[] = []
    const prompt = async (need: Need): Promise<Factor> => {
      needs.push(need)
      return { passcode }
    }
    const later = async (): Promise<Factor> => {
      wait(all.world)
      return { passcode }
    }
    const all: Asked = await approving(later, { client: { prompt } })
    for (let minutes = 0; minutes < 29; minutes++) {
      wait(all.world)
      await (await all.session.fetch('/accounts')).text()
    }
    expect((await pay(all)).status).toBe(200)
    expect(needs).toEqual([{ reason: 'expired', acr: 'passcode' }])
    expect([all.shown.length, paid(all).length]).toEqual([1, 1])
  })

  it('goes on with another token when the user thinks for a while', async () => {
    const all: Asked = await approving(async () => {
      all.world.advance(200_000)
      return { passcode }
    })
    expect((await pay(all)).status).toBe(200)
    expect(all.shown).toHaveLength(1)
  })

  it.each(['/approvals/', '/transfers'])('goes on when an answer from %s is lost', async (where) => {
    const all: Asked = await approving(async () => {
      all.phone.network.loseAnswer(1, ({ url, method }) => method === 'POST' && url.includes(where))
      return { passcode }
    })
    expect(await codeOf(pay(all))).toBe('passed')
    expect([all.shown.length, paid(all).length]).toEqual([1, 1])
  })

  it('ends with the lock, and holds up no later one', async () => {
    let answer = (): Promise<Factor | null> => new Promise(() => undefined)
    const all = await approving(() => answer())
    const waiting = codeOf(pay(all))
    await vi.waitFor(() => expect(all.shown).toHaveLength(1), { timeout: 20_000 })
    await all.client.lock()
    expect(await waiting).toBe('locked')
    answer = yes
    const session = await all.client.unlock({ passcode })
    expect((await pay({ session })).status).toBe(200)
  })

  it('proves nothing any more for a call its app gave up', async () => {
    const giving = new AbortController()
    const all = await approving(async () => {
      giving.abort(new Error('changed his mind'))
      return { passcode }
    })
    await expect(pay(all, { signal: giving.signal })).rejects.toThrow('changed his mind')
    expect([sentProofs(all), paid(all)]).toEqual([0, []])
  })

  it('is not asked for a call its app gave up while it waited', async () => {
    const giving = new AbortController()
    const all = await approving(async () => {
      giving.abort(new Error('changed his mind'))
      return { passcode }
    })
    const first = pay(all)
    const second = pay(all, { signal: giving.signal })
    await expect(second).rejects.toThrow('changed his mind')
    expect((await first).status).toBe(200)
    expect(all.shown).toHaveLength(1)
  })

  it('rejects with what the app rejects with', async () => {
    const all = await approving(async () => {
      throw new RangeError('no window')
    })
    await expect(pay(all)).rejects.toThrow('no window')
    expect(sentProofs(all)).toBe(0)
  })
})

describe('an approval by its id', () => {
  const id = 'a'.repeat(22)

  it('goes at once, and the user is not asked', async () => {
    const all = await approving(yes)
    expect(await codeOf(pay(all, { approval: id }))).toBe('approval_refused')
    expect([approvalsOf(all), all.shown]).toEqual([[id], []])
  })

  it.each([
    ['too short', init({ approval: 'a'.repeat(15) })],
    ['too long', init({ approval: 'a'.repeat(129) })],
    ['of other characters', init({ approval: `${'a'.repeat(16)}=` })],
    ['for a safe method', { approval: id }],
  ])('is a misuse when it is %s', async (_, given) => {
    const all = await approving(yes)
    const sent = all.phone.network.exchanges.length
    await expect(all.session.fetch('/transfers', given)).rejects.toThrow(TypeError)
    expect(all.phone.network.exchanges).toHaveLength(sent)
  })
})
