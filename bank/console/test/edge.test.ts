/** What no other page, and nobody without a session, can make the console do; and what never leaves it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, openBench } from './bench.ts'
import { bathroom } from './customer.ts'
import { fromPage, openStream, type RawRequest, send, signIn, trySignIn } from './raw.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

describe('other pages', () => {
  const cases: ReadonlyArray<
    readonly [what: string, change: Record<string, string | null>, status: number, code: string]
  > = [
    ['another name for this machine (DNS rebinding)', { host: 'evil.example' }, 421, 'wrong_host'],
    ['another port in Host', { host: '127.0.0.1:1' }, 421, 'wrong_host'],
    ['another origin', { origin: 'https://evil.example' }, 403, 'foreign_page'],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }, 403, 'foreign_page'],
    ['a sandboxed page', { origin: 'null' }, 403, 'foreign_page'],
    ['no origin at all', { origin: null }, 403, 'foreign_page'],
    ['another site by the browser’s word', { 'sec-fetch-site': 'cross-site' }, 403, 'foreign_page'],
    ['a page of the same site', { 'sec-fetch-site': 'same-site' }, 403, 'foreign_page'],
    ['a form, which has no field of ours', { 'console-token': null }, 403, 'foreign_page'],
    ['a form’s content', { 'content-type': 'text/plain' }, 400, 'bad_request'],
  ]
  it.each(cases)('%s is refused, session or not', async (_, change, status, code) => {
    const { port } = await bench.open()
    const { token, cookie } = await signIn(port, bench.anna)
    const fields = { ...fromPage(port, token, cookie), ...change }
    const headers = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
    const body = JSON.stringify({ name: 'mallory' })
    const asked = { method: 'POST', path: '/api/operators', headers: headers as Record<string, string>, body }
    const answer = await send(port, asked)
    expect([answer.status, answer.code]).toEqual([status, code])
    const { text } = await send(port, { path: '/api/operators', headers: fromPage(port, token, cookie) })
    expect(text).not.toContain('mallory')
  })

  it('what is not on the list is not passed on', async () => {
    const { port } = await bench.open()
    const { ask } = await signIn(port, bench.anna)
    const answers = []
    for (const [method, path] of [
      ['POST', '/api/keys/rotate'],
      ['POST', '/api/explain'],
      ['POST', '/api/shares/forget'],
      ['GET', '/api/../admin/operators'],
      ['GET', '/api/health'],
      ['PUT', '/api/operators'],
      ['GET', '/api/audit?limit=1&limit=2'],
      ['GET', '/api/audit?secret=1'],
    ] as const)
      answers.push((await ask(method, path)).code)
    const notFound = Array.from({ length: 5 }, () => 'not_found')
    expect(answers).toEqual([...notFound, 'method_refused', 'bad_request', 'bad_request'])
  })

  it('odd requests are refused', async () => {
    const { port } = await bench.open()
    const { token, cookie } = await signIn(port, bench.anna)
    const headers = fromPage(port, token, cookie)
    const odd: ReadonlyArray<readonly [RawRequest, unknown]> = [
      [{ path: 'http://evil.example/' }, 'bad_request'],
      [{ path: '//evil.example/' }, 'bad_request'],
      [{ path: '/../../etc/passwd' }, 'not_found'],
      [{ method: 'POST' }, 'method_refused'],
      [{ method: 'POST', path: '/api/live' }, 'method_refused'],
      [{ method: 'PUT', path: '/api/session' }, 'method_refused'],
      [{ method: 'POST', path: '/api/operators', body: `"${'x'.repeat(16_384)}"` }, 'body_too_large'],
    ]
    for (const [asked, code] of odd) expect((await send(port, { headers, ...asked })).code).toBe(code)
  })

  it('nothing may frame the page, run in it, or be sent elsewhere by it', async () => {
    const { port } = await bench.open()
    const { headers } = await send(port, {})
    const policy = String(headers['content-security-policy'])
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
    ])
      expect(policy.split('; ')).toContain(rule)
    expect(policy).not.toContain('unsafe')
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
  })
})

describe('secrets', () => {
  it('are in no answer, no header and no log, ours or the gateway’s', async () => {
    const { port, log } = await bench.open()
    const { ask, answer, token, cookie } = await signIn(port, bench.anna)
    await trySignIn(port, 'anna', 'a-wrong-secret')
    await trySignIn(port, 'a-secret-typed-as-name', 'x')
    const answers = [answer]
    for (const path of ['/api/session', '/api/operators', '/api/devices', '/api/audit', '/api/nothing'])
      answers.push(await ask('GET', path))
    const stream = await openStream(port, fromPage(port, token, cookie))
    const code = JSON.parse(
      (await ask('POST', '/api/activations', { user: 'secretive', send_to: '+44 1' })).text,
    )
    await expect.poll(() => stream.text(), { timeout: 20_000 }).toContain('secretive')
    await ask('DELETE', '/api/session')
    await stream.ended
    const texts = answers.map(({ text, headers }) => text + JSON.stringify(headers))
    const said = [...texts, stream.text()].join('\n')
    const basic = Buffer.from(`${bench.anna.name}:${bench.anna.secret}`).toString('base64')
    for (const secret of [bench.anna.secret, basic, 'a-wrong-secret', 'a-secret-typed-as-name']) {
      expect(said).not.toContain(secret)
      expect(log()).not.toContain(secret)
      expect(bench.stage.gatewayOutput()).not.toContain(secret)
    }
    for (const secret of [token, cookie.split('=')[1] as string, (code as { code: string }).code])
      expect(log()).not.toContain(secret)
    expect(said).toContain('"operator":"anna"')
    expect(log()).toContain('"event":"signed_in","operator":"anna"')
  })
})

describe('two people', () => {
  it('the same operator’s second release is refused, another’s goes through, and what was decided stays', async () => {
    const { port } = await bench.open()
    const held = await (await bench.stage.customer('maria')).payHeld(bathroom)
    const [one, other] = [await signIn(port, bench.anna), await signIn(port, bench.ben)]
    const release = `/api/holds/${held.id}/release`
    const first = await one.ask('POST', release, { note: 'Called the customer. Knows the payee.' })
    expect(JSON.parse(first.text)).toMatchObject({ state: 'held', decisions: [{ operator: 'anna' }] })
    const again = await one.ask('POST', release, { note: 'Once more.' })
    expect([again.status, again.code]).toEqual([409, 'second_operator_required'])
    expect(await held.sendAgain()).toBe('approval_held')
    const second = await other.ask('POST', release, { note: 'Called the customer. Fine.' })
    expect(JSON.parse(second.text)).toMatchObject({ state: 'released' })
    const late = await other.ask('POST', `/api/holds/${held.id}/refuse`, { note: 'No.' })
    expect([late.status, late.code]).toEqual([409, 'hold_decided'])
    const nothing = `/api/holds/${'0'.repeat(22)}/release`
    expect((await other.ask('POST', nothing, { note: 'No.' })).code).toBe('not_found')
    expect(await held.sendAgain()).toBe(201)
  })
})
