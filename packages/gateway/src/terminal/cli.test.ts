import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { fromBase64url, fromUtf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { openKeyFile, systemClock } from '@holdfast/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseCredentials } from '../operators/credentials.ts'
import { runHere } from '../../test/holdfast-here.ts'
import {
  createPlace,
  type Finished,
  fromBundle,
  type Place,
  type Serving,
} from '../../test/holdfast-process.ts'

const config = `
origin: http://127.0.0.1:8080
listen: { port: 0 }
admin: { port: 0 }
upstreams: [{ name: accounts, url: "http://127.0.0.1:9", identity: { mode: insecurePlain } }]
outbox: { kind: insecureReadable, file: out.jsonl }
`

/** One GET under the Host given: fetch would choose its own. */
function get(port: number, path: string, host: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers: { host }, agent: false }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (text: string) => (body += text))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
    })
    sent.on('error', reject).end()
  })
}

/** The newest token key in the JSON of `holdfast keys`. */
function nextTokenKey({ out }: Finished): string | undefined {
  const { keys } = JSON.parse(out) as { keys: Array<{ use: string; state: string; kid: string }> }
  return keys.findLast(({ use, state }) => use === 'token' && state === 'next')?.kid
}

async function audited(place: Place, at: readonly string[]): Promise<string[]> {
  const { out } = await runHere(place.directory, 'audit', '--json', ...at)
  const { entries } = JSON.parse(out) as {
    entries: Array<{ action: string; actor: string; detail: unknown }>
  }
  return entries.map(({ action, actor, detail }) => `${action} by ${actor}: ${JSON.stringify(detail)}`)
}

async function statementKeys(port: number): Promise<string[]> {
  const { body } = await get(port, '/.well-known/holdfast', '127.0.0.1:8080')
  const payload = JSON.parse(fromUtf8(fromBase64url(body.split('.')[1] ?? ''))) as {
    keys: Array<{ kid: string }>
  }
  return payload.keys.map(({ kid }) => kid)
}

describe('holdfast with a gateway on the embedded database', { timeout: 60_000 }, () => {
  let place: Place
  let gateway: Serving
  let at: string[]
  const here = (...args: string[]): Promise<Finished> => runHere(place.directory, ...args)
  beforeAll(async () => {
    place = createPlace(config, { nodeArgs: ['--liftoff-only'], command: fromBundle })
    gateway = await place.serve()
    at = ['--admin', `http://127.0.0.1:${gateway.adminPort}`]
  }, 60_000)
  afterAll(() => place.clear())

  it('makes the first operator at the first start, in a private file and not in the log', () => {
    expect(gateway.credentials).toBe(join(place.directory, 'data', 'operator.json'))
    expect(statSync(gateway.credentials).mode & 0o777).toBe(0o600)
    const { secret } = JSON.parse(readFileSync(gateway.credentials, 'utf8')) as { secret: string }
    expect(secret.length).toBeGreaterThan(40)
    expect(gateway.output()).not.toContain(secret)
  })

  it.concurrent('makes activation codes', async () => {
    const text = await place.run('activate', '--user', 'alice', '--send-to', '+41790000042', ...at)
    expect(text.code).toBe(0)
    expect(text.out).toMatch(
      /^activation code {2}([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}\nto read aloud /,
    )
    const json = await here('activate', '--user', 'alice', '--send-to', '+41790000042', '--json', ...at)
    expect(JSON.parse(json.out)).toMatchObject({ code_id: expect.any(String), expires: expect.any(Number) })
  })

  it.concurrent('lists devices and refuses to remove one that is not there', async () => {
    expect(JSON.parse((await here('devices', '--json', ...at)).out)).toEqual({ devices: [], next: null })
    expect((await here('devices', '--user', 'alice', ...at)).out).toMatch(/^DEVICE +USER/)
    const none = await place.run('revoke', 'A'.repeat(22), ...at)
    expect(none).toMatchObject({ code: 1, out: '' })
    expect(none.err).toContain(`there is no device ${'A'.repeat(22)}`)
  })

  it.concurrent('wipes no device that is not there, and decides nothing while nothing was put back', async () => {
    const none = await here('wipe', 'A'.repeat(22), ...at)
    expect(none).toMatchObject({ code: 1, out: '' })
    expect(none.err).toContain(`there is no device ${'A'.repeat(22)}`)
    expect(await here('wipe', ...at)).toMatchObject({ code: 2 })
    expect((await here('shares', 'keep', ...at)).out).toContain('there is nothing to decide')
    expect(JSON.parse((await here('shares', 'forget', '--json', ...at)).out)).toEqual({ settled: false })
    expect(await here('shares', 'burn', ...at)).toMatchObject({ code: 2, out: '' })
  })

  it.concurrent('refuses wrong credentials and says where to find right ones', async () => {
    writeFileSync(join(place.directory, 'wrong.json'), JSON.stringify({ name: 'admin', secret: 'hfo_wrong' }))
    const wrong = await here('devices', '--credentials', 'wrong.json', ...at)
    expect(wrong.code).toBe(1)
    expect(wrong.err).toContain('operator_required')
    const none = await here('devices', '--credentials', 'none.json', ...at)
    expect(none.code).toBe(2)
    expect(none.err).toContain('no credentials in none.json')
  })

  it('gives each operator credentials of their own, which end when they are removed', async () => {
    const added = await here('operators', 'add', 'bob', '--out', 'bob.json', ...at)
    expect(added).toMatchObject({ code: 0, err: '' })
    expect(statSync(join(place.directory, 'bob.json')).mode & 0o777).toBe(0o600)
    const asBob = ['--credentials', 'bob.json', ...at]
    expect((await here('devices', ...asBob)).code).toBe(0)
    expect((await here('operators', 'add', 'bob', '--out', 'again.json', ...at)).err).toContain(
      'operator_exists',
    )
    expect((await here('operators', 'remove', 'bob', ...at)).code).toBe(0)
    const gone = await here('devices', ...asBob)
    expect(gone).toMatchObject({ code: 1, out: '' })
    expect(gone.err).toContain('operator_required')
    expect(await audited(place, at)).toContain('operator.removed by admin: {"name":"bob"}')
    const again = await here('operators', 'remove', 'bob', ...at)
    expect(again.err).toContain('there is no operator bob')
    expect((await here('operators', 'remove', 'admin', ...at)).err).toContain(
      'one of the last operators and stays',
    )
  })

  it('rotates a key through the gateway, which takes it over at once and writes down who asked', async () => {
    const before = await statementKeys(gateway.port)
    const next = nextTokenKey(await here('keys', 'rotate', 'token', '--json', ...at))
    expect(before).not.toContain(next)
    expect(await statementKeys(gateway.port)).toContain(next)
    expect(await audited(place, at)).toContain('keys.rotated by admin: {"key":"token"}')
    expect((await here('keys')).out).toContain(gateway.pins[1])
    const nobody = ['--credentials', 'none.json', ...at]
    expect((await here('keys', 'rotate', 'token', ...nobody)).err).toContain('no credentials in none.json')
  })

  it('rotates only for an operator who posts the name of a key', async () => {
    const { name, secret } = parseCredentials(readFileSync(gateway.credentials, 'utf8'))
    const authorization = `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
    const before = await audited(place, at)
    const codeOf = async (method: string, body: string | null, headers: Record<string, string>) => {
      const url = `http://127.0.0.1:${gateway.adminPort}/admin/keys/rotate`
      const { code } = (await (await fetch(url, { method, body, headers })).json()) as { code: string }
      return code
    }
    expect(await codeOf('POST', '{"key":"token"}', {})).toBe('operator_required')
    expect(await codeOf('GET', null, { authorization })).toBe('method_refused')
    for (const body of [null, '{', '{}', '{"key":"vault"}', '{"key":"token","more":1}'])
      expect(await codeOf('POST', body, { authorization }), body ?? 'none').toBe('bad_request')
    expect(await audited(place, at)).toEqual(before)
  })

  it('makes a CA when asked, prints it as openssl reads it, and tells what comes next for each key', async () => {
    expect((await here('keys', ...at)).out).toMatch(/^ca +none +- +- +holdfast keys ca makes one/m)
    const made = await here('keys', 'ca', ...at)
    expect(new X509Certificate(made.out).subject).toBe('CN=Holdfast CA of 127.0.0.1:8080')
    expect(await here('keys', 'ca', ...at)).toEqual(made)
    expect((await here('keys', 'rotate', 'ca', '--json', ...at)).code).toBe(0)
    expect((await here('keys', 'ca', ...at)).out.split('BEGIN CERTIFICATE')).toHaveLength(3)
    expect((await here('keys', 'rotate', 'wrapping', ...at)).code).toBe(0)
    const { out } = await here('keys', ...at)
    expect(out).toMatch(/^ca +next +key file +[\w-]{43} +issues from \S+; give it to terminators before$/m)
    expect(out).toMatch(/^wrapping +next +key file +- +seals from \S+$/m)
    expect(out).toMatch(/^service +next +key file +[\w-]{43} +pin it in the app/m)
    expect(await audited(place, at)).toContain('keys.rotated by admin: {"key":"wrapping"}')
  })

  it('has no sealing keys to rotate while sealing is off', async () => {
    const told = await here('keys', 'rotate', 'sealing', ...at)
    expect(told).toMatchObject({ code: 1, out: '' })
    expect(told.err).toContain('its configuration has no sealing')
    expect((await here('keys', 'rotate', 'sealing', '--offline')).code).toBe(2)
  })

  it('takes over a key file that changed, when asked', async () => {
    const path = join(place.directory, 'data', 'keys.json')
    const elsewhere = await openKeyFile(path, { clock: systemClock, crypto: nodeCrypto })
    const added = (await elsewhere.rotate('token')).findLast(({ use }) => use === 'token')?.kid
    process.kill(gateway.pid, 'SIGHUP')
    await expect.poll(() => statementKeys(gateway.port), { timeout: 20_000 }).toContain(added)
  })

  it.concurrent('does nothing offline while a gateway holds the embedded database', async () => {
    const before = await statementKeys(gateway.port)
    const told = await Promise.all([
      here('keys', 'rotate', 'token', '--offline'),
      here('operators', 'add', 'eve', '--out', 'eve.json', '--offline'),
    ])
    for (const { code, out, err } of told) {
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toContain('another gateway uses it')
    }
    expect(existsSync(join(place.directory, 'eve.json'))).toBe(false)
    expect(await statementKeys(gateway.port)).toEqual(before)
  })

  it.concurrent('explains a captured request by its own checks', async () => {
    const capture = 'GET /accounts HTTP/1.1\nHost: 127.0.0.1:8080\nContent-Digest: sha-256=:x:\n\n'
    const told = await place.runWithInput(capture, 'explain', ...at)
    expect(told.code).toBe(1)
    expect(told.out).toContain('FAIL  Signature-Input and Signature are missing or not in the form')
    expect(told.out).toContain('signature_missing')
    const noRequest = await place.runWithInput('hello', 'explain', ...at)
    expect(noRequest).toMatchObject({ code: 2, out: '' })
    expect(noRequest.err).toContain('line 1 is no request line')
  })

  it.concurrent('answers health and metrics without credentials, the rest only with, and foreign hosts not at all', async () => {
    const own = `127.0.0.1:${gateway.adminPort}`
    const status = async (path: string, host = own): Promise<number> =>
      (await get(gateway.adminPort, path, host)).status
    expect(await status('/healthz')).toBe(200)
    expect(await status('/readyz')).toBe(200)
    expect((await get(gateway.adminPort, '/metrics', own)).body).toContain('holdfast_requests_total')
    expect(await status('/admin/devices')).toBe(401)
    expect(await status('/admin/explain')).toBe(401)
    expect(await status('/elsewhere')).toBe(404)
    expect(await status('/metrics', 'rebound.example')).toBe(400)
    expect(await status('/holdfast/time')).toBe(404)
    const page = { headers: { origin: 'http://evil.example' } }
    expect((await fetch(`http://${own}/metrics`, page)).status).toBe(400)
  })

  it.concurrent('does not show the admin API on the public listener', async () => {
    expect((await get(gateway.port, '/admin/devices', '127.0.0.1:8080')).status).toBe(401)
    expect((await get(gateway.port, '/metrics', '127.0.0.1:8080')).body).toContain('signature_missing')
  })

  it.concurrent('does not start twice on one database', async () => {
    const second = await place.run('serve')
    expect(second.code).toBe(1)
    expect(second.err).toContain('the embedded database cannot be opened')
    expect(second.err).not.toContain('    at ')
  })

  it('ends with status 0 on SIGTERM, and keeps what it knew and what was done while it was down', async () => {
    expect(await gateway.stop('SIGTERM')).toMatchObject({ code: 0, err: '' })
    const refused = await here('keys', 'rotate', 'token', ...at)
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toContain('add --offline')
    const next = nextTokenKey(await place.run('keys', 'rotate', 'token', '--json', '--offline'))
    const rescue = ['operators', 'add', 'rescuer', '--out', 'rescuer.json', '--offline']
    expect(await place.run(...rescue)).toMatchObject({ code: 0, err: '' })

    gateway = await place.serve()
    expect(await statementKeys(gateway.port)).toContain(next)
    const now = ['--credentials', 'rescuer.json', '--admin', `http://127.0.0.1:${gateway.adminPort}`]
    expect(await audited(place, now)).toEqual(
      expect.arrayContaining([
        'operator.added by system: {"name":"admin"}',
        'keys.rotated by system: {"key":"token"}',
        'operator.added by system: {"name":"rescuer"}',
      ]),
    )
    expect((await gateway.stop('SIGINT')).code).toBe(0)
  })
})
