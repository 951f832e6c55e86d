/** Signing in to the console and staying signed in, by raw requests. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, openBench } from './bench.ts'
import { fromPage, openStream, send, signIn, trySignIn } from './raw.ts'

const minute = 60_000
let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

describe('signing in', () => {
  it('takes the right secret and gives two halves of a session', async () => {
    const { port } = await bench.open()
    const { answer, ask } = await signIn(port, bench.anna)
    expect(String(answer.headers['set-cookie'])).toMatch(
      new RegExp(`^holdfast-console-${port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
    )
    expect(JSON.parse((await ask('GET', '/api/session')).text)).toMatchObject({ operator: 'anna' })
    expect((await ask('GET', '/api/operators')).status).toBe(200)
  })

  it.each([
    ['a wrong secret', 'anna', 'hfo_wrong'],
    ['an unknown name', 'nobody', 'hfo_wrong'],
    ['a name that is none', 'anna:', 'hfo_wrong'],
    ['a secret with a line break', 'anna', 'hfo\r\nX: y'],
  ])('refuses %s alike, and sets no cookie', async (_, name, secret) => {
    const { port } = await bench.open()
    const { status, code, headers } = await trySignIn(port, name, secret)
    expect({ status, code, cookie: headers['set-cookie'] }).toEqual({
      status: 401,
      code: 'sign_in_refused',
      cookie: undefined,
    })
  })

  it.each(['', '[]', '{"name":"anna"}', '{"name":"anna","secret":1}', 'null', '{'])(
    'refuses %j as a body',
    async (body) => {
      const { port } = await bench.open()
      const answer = await send(port, { method: 'POST', path: '/api/session', headers: fromPage(port), body })
      expect([answer.status, answer.code]).toEqual([400, 'bad_request'])
    },
  )

  it('is limited: after five tries in a minute not even the right secret is looked at, for that name alone', async () => {
    const { port, pass } = await bench.open()
    const parallel = await Promise.all(Array.from({ length: 8 }, () => trySignIn(port, 'anna', 'wrong')))
    const limited = parallel.filter(({ code }) => code === 'rate_limited')
    expect(limited).toHaveLength(3)
    const right = await trySignIn(port, bench.anna.name, bench.anna.secret)
    expect([right.status, right.code]).toEqual([429, 'rate_limited'])
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0)
    expect((await trySignIn(port, bench.ben.name, bench.ben.secret)).status).toBe(200)
    pass(minute)
    expect((await trySignIn(port, bench.anna.name, bench.anna.secret)).status).toBe(200)
  })

  it('is limited for all names together', async () => {
    const { port } = await bench.open()
    const statuses: number[] = []
    for (let i = 0; i < 31; i++)
      statuses.push((await trySignIn(port, bench.ben.name, bench.ben.secret)).status)
    expect(statuses).toEqual([...Array.from({ length: 30 }, () => 200), 429])
  })

  it('ends the session that was there before on the same browser', async () => {
    const { port } = await bench.open()
    const first = await signIn(port, bench.anna)
    const body = JSON.stringify({ name: bench.ben.name, secret: bench.ben.secret })
    const headers = fromPage(port, 'none', first.cookie)
    await send(port, { method: 'POST', path: '/api/session', headers, body })
    const { code } = await first.ask('GET', '/api/session')
    expect(code).toBe('signed_out')
  })
})

describe('a session', () => {
  it('needs both halves', async () => {
    const { port } = await bench.open()
    const { token, cookie } = await signIn(port, bench.anna)
    const other = await signIn(port, bench.ben)
    const codes = []
    for (const [half, rest] of [
      [token, ''],
      ['none', cookie],
      [other.token, cookie],
      [token, `${cookie}; ${cookie}`],
      [token, `${cookie}x`],
    ] as const) {
      const headers = fromPage(port, half, rest)
      codes.push((await send(port, { path: '/api/operators', headers })).code)
    }
    expect(codes).toEqual(Array.from({ length: 5 }, () => 'signed_out'))
  })

  it('ends after 15 minutes without a call, and each call moves that', async () => {
    const { port, pass, log } = await bench.open()
    const { ask } = await signIn(port, bench.anna)
    pass(14 * minute)
    expect((await ask('GET', '/api/session')).status).toBe(200)
    pass(14 * minute)
    expect((await ask('GET', '/api/devices')).status).toBe(200)
    pass(15 * minute)
    const late = await ask('GET', '/api/devices')
    expect([late.status, late.code]).toEqual([401, 'signed_out'])
    expect(log()).toContain('"reason":"idle"')
  })

  it('ends after 8 hours, whatever is done', async () => {
    const { port, pass, log } = await bench.open()
    const { ask } = await signIn(port, bench.anna)
    for (let i = 0; i < 47; i++) {
      pass(10 * minute)
      expect((await ask('GET', '/api/session')).status).toBe(200)
    }
    pass(10 * minute)
    expect((await ask('GET', '/api/session')).code).toBe('signed_out')
    expect(log()).toContain('"reason":"too_long"')
  })

  it('is not kept by the live stream, and the stream ends with it', async () => {
    const { port, pass } = await bench.open()
    const { token, cookie } = await signIn(port, bench.anna)
    const stream = await openStream(port, fromPage(port, token, cookie))
    pass(15 * minute)
    await stream.ended
    expect(stream.text()).toMatch(/event: ended\ndata: {"reason":"idle"}\n\n$/)
  })

  it('is forgotten by signing out', async () => {
    const { port } = await bench.open()
    const { ask } = await signIn(port, bench.anna)
    const out = await ask('DELETE', '/api/session')
    expect(String(out.headers['set-cookie'])).toContain('Max-Age=0')
    expect((await ask('GET', '/api/session')).code).toBe('signed_out')
  })

  it('ends when its operator is removed, by the next call or by the stream', async () => {
    const { port } = await bench.open()
    const [one, other] = [
      await signIn(port, await bench.stage.addOperator('guest')),
      await signIn(port, bench.anna),
    ]
    const streaming = await signIn(port, await bench.stage.addOperator('guest2'))
    const stream = await openStream(port, fromPage(port, streaming.token, streaming.cookie))
    await other.ask('DELETE', '/api/operators/guest')
    await other.ask('DELETE', '/api/operators/guest2')
    expect((await one.ask('GET', '/api/operators')).code).toBe('signed_out')
    await stream.ended
    expect(stream.text()).toMatch(/event: ended\ndata: {"reason":"removed"}\n\n$/)
  })
})
