import type { LoginRecord } from '../../store-factors.ts'
import { auditEntry, minute, name, t0 } from './facts.ts'
import { asked, finish, kinds, limits, loginRecord, tryOf, type Nodes } from './passcode-facts.ts'
import { nodeAt, race, type TestRunner } from './runner.ts'

export function tryContract(nodes: Nodes, { it, expect }: TestRunner): void {
  it('takes five of 50 racers, then one after each lock, then none for good', async () => {
    const ask = await asked(nodes)
    const raceAt = async (now: number) =>
      race(await nodes(), (node) => node.takePasscodeTry(tryOf(ask, { now })))
    const first = await raceAt(t0)
    expect(kinds(first)).toEqual({ taken: 5, locked: 45 })
    const left = first.flatMap((result) => (result.kind === 'taken' ? [result.left] : []))
    expect(left.toSorted((one, other) => one - other)).toEqual([0, 1, 2, 3, 4])
    let now = t0
    for (const lockMs of limits.locksMs) {
      const until = now + lockMs
      expect(await ask.store.takePasscodeTry(tryOf(ask, { now: until - 1 }))).toEqual({
        kind: 'locked',
        until,
      })
      now = until
      const results = await raceAt(now)
      const rest = lockMs === limits.locksMs.at(-1) ? 'blocked' : 'locked'
      expect(kinds(results)).toEqual({ taken: 1, [rest]: 49 })
    }
    const late = tryOf(ask, { now: now + 100_000 * minute })
    expect(await ask.store.takePasscodeTry(late)).toEqual({ kind: 'blocked' })
  })

  it('takes five of 50 racers whose clocks differ', async () => {
    const ask = await asked(nodes)
    const results = await race(await nodes(), (node, racer) =>
      node.takePasscodeTry(tryOf(ask, { now: t0 + ((racer * 17) % 50) })),
    )
    expect(kinds(results)).toEqual({ taken: 5, locked: 45 })
  })

  it('counts one KE1 once among 50 racers, on any node, also when locked, until its login has expired', async () => {
    const ask = await asked(nodes)
    const once = tryOf(ask)
    const results = await race(await nodes(), (node) =>
      node.takePasscodeTry({ ...once, login: { ...once.login, id: name('login') } }),
    )
    expect(kinds(results)).toEqual({ taken: 1, known: 49 })
    const known = results.flatMap((result) => (result.kind === 'known' ? [result] : []))
    expect(known).toEqual(known.map(() => ({ kind: 'known', login: known[0]?.login, left: 4 })))
    for (let i = 0; i < 4; i++) await ask.store.takePasscodeTry(tryOf(ask))
    expect((await ask.store.takePasscodeTry(tryOf(ask))).kind).toBe('locked')
    expect((await ask.store.takePasscodeTry(once)).kind).toBe('known')
    const now = once.login.expiresAt
    const anew = tryOf(ask, { now, login: { ...once.login, id: name('login'), expiresAt: now + minute } })
    expect(await ask.store.takePasscodeTry(anew)).toEqual({ kind: 'taken', left: 0 })
    expect((await ask.store.findLogin(anew.login.id, now))?.ke1Digest).toBe(once.login.ke1Digest)
  })

  it('writes a try down in the audit when it is taken, and only then', async () => {
    const ask = await asked(nodes)
    const audit = auditEntry('passcode.try')
    const entries = async () =>
      (await ask.store.readAudit({ limit: 1_000_000 })).filter(({ actor }) => actor === audit.actor)
    const once = tryOf(ask, { audit })
    for (let i = 0; i < 3; i++) await ask.store.takePasscodeTry(once)
    expect((await entries()).length).toBe(1)
    for (let i = 0; i < 9; i++) await ask.store.takePasscodeTry(tryOf(ask, { audit }))
    expect((await entries()).length).toBe(5)
  })

  it('takes none for a passcode that is gone, of another device, or of one revoked or suspended', async () => {
    const ask = await asked(nodes)
    const other = await asked(nodes)
    const gone = async (change: Partial<LoginRecord>) => {
      const login = { ...loginRecord(ask.passcode), ...change }
      expect(await ask.store.takePasscodeTry(tryOf(ask, { login }))).toEqual({ kind: 'gone' })
    }
    await gone({ recordId: name('passcode') })
    await gone({ recordId: other.passcode.id })
    await gone({ deviceId: other.device.id })
    await ask.store.suspendDevice(other.device.id, 'clone', t0, auditEntry('device.clone_suspected'))
    expect(await ask.store.takePasscodeTry(tryOf(other))).toEqual({ kind: 'gone' })
    await ask.store.revokeDevice(ask.device.id, t0, auditEntry('device.revoked'))
    await gone({})
  })
}

export function accountContract(nodes: Nodes, { it, expect }: TestRunner): void {
  const narrow = { ...limits, tries: 50, accountTries: 7 }

  it('counts over all devices of a user, past and present, 50 racers in all', async () => {
    const user = name('user')
    const asks = [await asked(nodes, user), await asked(nodes, user), await asked(nodes, user)]
    const results = await race(await nodes(), (node, racer) =>
      node.takePasscodeTry(tryOf(nodeAt(asks, racer), { limits: narrow })),
    )
    expect(kinds(results)).toEqual({ taken: 7, locked: 43 })
    const { store } = nodeAt(asks, 0)
    for (const { device } of asks) await store.revokeDevice(device.id, t0, auditEntry('device.revoked'))
    const fresh = await asked(nodes, user)
    const end = t0 + narrow.accountWindowMs
    const next = (now: number) => store.takePasscodeTry(tryOf(fresh, { limits: narrow, now }))
    expect(await next(end - 1)).toEqual({ kind: 'locked', until: end })
    expect((await store.takePasscodeTry(tryOf(await asked(nodes), { limits: narrow }))).kind).toBe('taken')
    await store.purge(end - 1)
    expect(await next(end - 1)).toEqual({ kind: 'locked', until: end })
    expect((await next(end)).kind).toBe('taken')
  })

  it('gets the try of a success back, and no other', async () => {
    const ask = await asked(nodes)
    const take = async () => {
      const input = tryOf(ask, { limits: narrow })
      return { kind: (await ask.store.takePasscodeTry(input)).kind, login: input.login }
    }
    for (let i = 0; i < 3; i++) await take()
    for (let i = 0; i < 20; i++) expect(await finish(ask.store, (await take()).login)).toBe(true)
    expect([await take(), await take(), await take(), await take()].map(({ kind }) => kind)).toEqual(
      Array.from({ length: 4 }, () => 'taken'),
    )
    expect((await take()).kind).toBe('locked')
  })
}
