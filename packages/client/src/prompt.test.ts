import type { RouteRule } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { passcode, secured, type SecuredOptions, wait, wrongPasscode } from '../test/factor.ts'
import { codeOf, enrolled, forged, sentTo, start, to, type Unlocked } from '../test/rig.ts'
import type { Factor, Need } from './prompt.ts'

const routes: RouteRule[] = [
  {
    path: '/payments/*',
    policy: 'signed',
    signer: 'any',
    fields: [],
    factor: { acr: 'passcode', maxAge: 60 },
  },
]

type Asked = Unlocked & { readonly needs: Need[] }

/** A user who answers so each time he is asked. */
async function asking(answer: () => Promise<Factor | null>, options: SecuredOptions = {}): Promise<Asked> {
  const needs: Need[] = []
  const prompt = (need: Need): Promise<Factor | null> => {
    needs.push(need)
    return answer()
  }
  return { ...(await secured({ routes, ...options, client: { prompt } })), needs }
}

/** Half an hour of use, which no refresh goes beyond. */
async function expire({ world, session }: Unlocked): Promise<void> {
  for (let minutes = 0; minutes < 29; minutes++) {
    wait(world)
    await (await session.fetch('/accounts')).text()
  }
  wait(world)
}

describe('a session that is over', () => {
  it('goes on after one prompt, however many calls wait', async () => {
    const all = await asking(async () => ({ passcode }))
    await expire(all)
    all.world.executed.length = 0
    const calls = Array.from({ length: 8 }, (_, i) => all.session.fetch(`/things/${i}`, { method: 'POST' }))
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(calls.map(() => 200))
    expect(all.needs).toEqual([{ reason: 'expired', acr: 'passcode' }])
    expect(all.world.executed.map((line) => line.trim()).sort()).toEqual(
      calls.map((_, i) => `POST /things/${i}`).sort(),
    )
  })

  it('asks for finger or face where that opens it', async () => {
    const all = await asking(async () => ({ presence: true }))
    await all.session.enablePresence()
    await expire(all)
    expect((await all.session.fetch('/accounts')).status).toBe(200)
    expect(all.needs).toEqual([{ reason: 'expired', acr: 'presence' }])
  })

  it('stays over when the user does not want to, and can be asked again', async () => {
    let answer: Factor | null = null
    const all = await asking(async () => answer)
    await expire(all)
    const calls = [all.session.fetch('/a'), all.session.fetch('/b')]
    const codes = await Promise.all(calls.map(codeOf))
    expect(codes.every((code) => code === 'session_ended' || code === 'grant_refused')).toBe(true)
    answer = { passcode }
    expect((await all.session.fetch('/a')).status).toBe(200)
  })

  it('stays closed when it was locked while the user was thinking', async () => {
    const all = await asking(async () => {
      await all.client.lock()
      return { passcode }
    })
    await expire(all)
    expect(await codeOf(all.session.fetch('/accounts'))).toBe('locked')
    expect((await all.client.condition()).state).toBe('locked')
    expect(() => all.session.vault).toThrow(expect.objectContaining({ code: 'locked' }))
  })

  it.each([
    ['locked', ({ client }: Unlocked) => client.lock()],
    ['session_ended', ({ session }: Unlocked) => session.end()],
  ] as const)('waits no longer for a prompt nobody answers when it is over: %s', async (code, end) => {
    let answer = (): Promise<Factor | null> => new Promise(() => undefined)
    const all = await asking(() => answer())
    await expire(all)
    const waiting = codeOf(all.session.fetch('/accounts'))
    await vi.waitFor(() => expect(all.needs).toHaveLength(1), { timeout: 20_000 })
    await Promise.all([codeOf(end(all)), expect(waiting).resolves.toBe(code)])
    answer = async () => ({ passcode })
    const later = { ...all, session: await all.client.unlock({ passcode }) }
    await expire(later)
    expect((await later.session.fetch('/accounts')).status).toBe(200)
    expect(all.needs).toHaveLength(2)
  })

  it('says what the factor was refused with', async () => {
    const all = await asking(async () => ({ passcode: wrongPasscode }))
    await expire(all)
    expect(await codeOf(all.session.fetch('/accounts'))).toBe('passcode_refused')
    expect((await all.client.condition()).left).toBe(4)
  })

  it('is not asked for by an answer nobody signed', async () => {
    const all = await asking(async () => ({ passcode }))
    for (const code of ['session_ended', 'insufficient_user_authentication', 'grant_refused']) {
      all.phone.network.forge(to('/accounts'), forged(code))
      expect(await codeOf(all.session.fetch('/accounts'))).toBe('unverified_refusal')
      all.phone.network.calm()
    }
    expect(all.needs).toEqual([])
  })
})

describe('a no of the user', () => {
  type Held = Asked & { readonly straggler: Promise<Response>; readonly release: () => void }
  const pay = ({ session }: Unlocked, payment: string): Promise<Response> =>
    session.fetch(`/payments/${payment}`, { method: 'POST' })

  /** Two payments sent together; he said no to one, and the refusal of the other is on its way. */
  async function held(answer: () => Factor | null): Promise<Held> {
    const all = await asking(async () => answer())
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    all.phone.network.rewrite({
      async answer(came, request) {
        if (to('/payments/late')(request)) await gate
        return came
      },
    })
    wait(all.world)
    const straggler = pay(all, 'late')
    expect(await codeOf(pay(all, 'soon'))).toBe('insufficient_user_authentication')
    expect(all.needs).toHaveLength(1)
    return { ...all, straggler, release }
  }

  it('counts for what was sent before it, however late that is refused, and for nothing else', async () => {
    let answer: Factor | null = null
    const all = await held(() => answer)
    answer = { passcode }
    all.release()
    expect(await codeOf(all.straggler)).toBe('insufficient_user_authentication')
    expect(all.needs).toHaveLength(1)
    expect((await pay(all, 'again')).status).toBe(200)
    expect(all.needs).toHaveLength(2)
  })

  it('is taken back by a factor he gave meanwhile', async () => {
    let answer: Factor | null = null
    const all = await held(() => answer)
    answer = { passcode }
    await pay(all, 'again')
    all.release()
    expect((await all.straggler).status).toBe(200)
    expect(all.needs).toHaveLength(2)
  })
})

describe('a call that wants more', () => {
  it('goes again under the same Idempotency-Key when the user has given it', async () => {
    const all = await asking(async () => ({ passcode }))
    wait(all.world)
    const paid = await all.session.fetch('/payments/1', { method: 'POST', body: 'ten' })
    expect(paid.status).toBe(200)
    expect(all.needs).toEqual([{ reason: 'step_up', acr: 'passcode' }])
    const keys = sentTo(all.phone, '/payments/1').map(
      ({ fields }) => fields.find(([name]) => name === 'idempotency-key')?.[1],
    )
    expect(keys).toHaveLength(2)
    expect(new Set(keys).size).toBe(1)
    expect(all.world.executed.filter((line) => line.startsWith('POST /payments/1'))).toHaveLength(1)
  })

  it('keeps the vault open all the while', async () => {
    const all = await asking(async () => ({ passcode }))
    const { preferences } = all.session.vault
    wait(all.world)
    await all.session.fetch('/payments/1', { method: 'POST' })
    expect(await preferences.get('word')).toBe('hidden')
  })

  it('is refused when the user cancels, and when he gives less than was asked for', async () => {
    let answer: Factor | null = null
    const all = await asking(async () => answer)
    await all.session.enablePresence()
    wait(all.world)
    expect(await codeOf(all.session.fetch('/payments/1', { method: 'POST' }))).toBe(
      'insufficient_user_authentication',
    )
    answer = { presence: true }
    expect(await codeOf(all.session.fetch('/payments/1', { method: 'POST' }))).toBe(
      'insufficient_user_authentication',
    )
    expect(all.world.executed.filter((line) => line.includes('/payments'))).toEqual([])
  })

  it('is refused at once where nobody can be asked', async () => {
    const all = await secured({ routes })
    wait(all.world)
    await expect(all.session.fetch('/payments/1')).rejects.toMatchObject({
      code: 'insufficient_user_authentication',
      demand: { acr: 'passcode', maxAge: 60 },
    })
  })

  it('first opens the session again, then steps up, each once', async () => {
    const all = await asking(async () => (all.needs.length === 1 ? { presence: true } : { passcode }))
    await all.session.enablePresence()
    await expire(all)
    expect((await all.session.fetch('/payments/1', { method: 'POST' })).status).toBe(200)
    expect(all.needs.map(({ reason }) => reason)).toEqual(['expired', 'step_up'])
  })

  it('is removing a device, too, and the others are told', async () => {
    const all = await asking(async () => ({ passcode }))
    const other = await enrolled(all.world)
    const that = (await (await other.unlock()).devices()).find((device) => device.this)
    for (let minutes = 0; minutes < 5; minutes++) {
      wait(all.world)
      await (await all.session.fetch('/accounts')).text()
    }
    await all.session.removeDevice(that?.id as string)
    expect(all.needs).toEqual([{ reason: 'step_up', acr: 'passcode' }])
    const notices = await all.session.notices()
    expect(notices[0]).toMatchObject({ kind: 'device.revoked', device: 'Test phone' })
    expect(notices[0]?.at).toBeLessThan(start / 1000 + 600)
  })
})
