import { spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { Agent, get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { deviceGrant } from '@holdfast/core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  type Identity,
  identityOf,
  keyPem,
  makeByOpenssl,
  newCa,
  newKeyPem,
  type Wish,
} from '../../test/certificates.ts'
import { openSession, signedText, type TestSession } from '../../test/session.ts'
import {
  type Answer,
  curl,
  hasCommand,
  startHaproxy,
  startNginx,
  type Terminator,
} from '../../test/terminators.ts'
import { type GatewayOverrides, type RunningGateway, startGateway } from '../compose.ts'
import { parseConfig } from '../config/config.ts'
import { createLog } from '../books/log.ts'
import type { Service } from '../service.ts'

const origin = 'http://127.0.0.1:8080'
/** Whence the terminators call; curl calls from 127.0.0.1. */
const terminator = '127.0.0.3'

/** Other systems have no more loopback addresses than one. */
const canRun =
  hasCommand('openssl', 'version') && hasCommand('curl', '--version') && process.platform === 'linux'

let folder: string
let running: RunningGateway
let phone: TestSession
let other: TestSession
/** What reached the backend. */
const arrived: Array<{ readonly url: string; readonly headers: IncomingHttpHeaders }> = []
const backend = createServer((message, response) => {
  arrived.push({ url: message.url ?? '', headers: message.headers })
  response.end('served')
})

const file = (name: string): string => path.join(folder, name)
const quiet = createLog({ level: 'error' })

async function open(more: string, name: string, overrides: GatewayOverrides = {}): Promise<RunningGateway> {
  mkdirSync(file(name))
  const text = `
origin: ${origin}
listen: { port: 0 }
admin: { port: 0 }
data: ${file(name)}
store: { kind: memory }
policy: { certificate: { perHour: 1000 } }
outbox: { kind: insecureReadable, file: ${file('out.jsonl')} }
upstreams: [{ name: bank, url: "http://127.0.0.1:${(backend.address() as AddressInfo).port}", identity: { mode: insecurePlain } }]
routes:
  - { path: /public/*, policy: open }
  - { path: /vault/*, policy: mutual }
mutual:
  origin: https://mutual.test
${more}`
  const config = parseConfig(file('holdfast.yaml'), text)
  return startGateway(config, { log: quiet, ...overrides })
}

const ownListener = '  port: 0\n  tls: { key: server.key, cert: server.pem }\n'

beforeAll(async () => {
  if (!canRun) return
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-mutual-'))
  backend.listen(0, '127.0.0.1')
  await once(backend, 'listening')
  const roots = newCa('the web')
  const extensions = ['subjectAltName=DNS:mutual.test', 'extendedKeyUsage=serverAuth']
  const server = makeByOpenssl({ name: 'mutual.test', extensions, ca: roots })
  writeFileSync(file('roots.pem'), roots.cert)
  writeFileSync(file('server.pem'), server.cert)
  writeFileSync(file('server.key'), server.key, { mode: 0o600 })
  writeFileSync(file('haproxy.pem'), server.cert + server.key, { mode: 0o600 })
  running = await open(`${ownListener}  terminators: ["${terminator}"]\n`, 'data')
  const { keys, stores } = running.service
  await keys.rotate('ca')
  expect(new X509Certificate(ca().cert).subject).toBe(`CN=Holdfast CA of ${new URL(origin).host}`)
  writeFileSync(file('ca.pem'), ca().cert)
  phone = await openSession({ store: stores.store, keys, origin, now: Date.now() })
  other = await openSession({ store: stores.store, keys, origin, now: Date.now() })
})
afterAll(async () => {
  if (!canRun) return
  await running.close()
  backend.close()
  rmSync(folder, { recursive: true })
})

function ca(service: Service = running.service): Identity {
  const entry = service.keys.ca()
  if (entry === null) throw new Error('there is no CA')
  return identityOf(entry)
}

/** What a certificate of ours says, for wishes that differ in one place. */
const usual = [
  'basicConstraints=critical,CA:FALSE',
  'keyUsage=critical,digitalSignature',
  'extendedKeyUsage=critical,clientAuth',
]

type Signed = {
  readonly target?: string
  readonly method?: string
  readonly body?: string
  readonly token?: string
  readonly by?: TestSession['session']
}

/** The fields and the body of a request the phone signs, for curl. */
async function request({
  target = '/vault/a',
  method = 'GET',
  body = '',
  token = phone.token,
  by = phone.session,
}: Signed = {}) {
  const created = Math.floor(Date.now() / 1000)
  const fields = body === '' ? {} : { fields: { 'content-type': 'application/json' } }
  const text = await signedText({ origin, target, method, body, created, key: by, token, ...fields })
  const lines = (text.split('\n\n')[0] ?? '').split('\n').slice(1)
  return {
    target,
    method,
    fields: lines.filter((line) => !/^(?:host|content-length):/.test(line)),
    ...(body === '' ? {} : { body }),
  }
}

/** Paths. */
type Files = { readonly cert: string; readonly key: string }
let nextIdentity = 0
function filesOf({ cert, key }: Identity): Files {
  nextIdentity += 1
  const names = { cert: file(`${nextIdentity}.pem`), key: file(`${nextIdentity}.key`) }
  writeFileSync(names.cert, cert)
  writeFileSync(names.key, key, { mode: 0o600 })
  return names
}

/** Asks for a certificate as a phone does, at the public listener. */
async function certificateOf(device: TestSession): Promise<Files> {
  const { target, ...rest } = await request({
    target: '/holdfast/certificate',
    method: 'POST',
    body: '{}',
    by: device.device,
    token: device.token,
  })
  const { status, body } = await curl(`http://127.0.0.1:${running.port}${target}`, {
    ...rest,
    fields: [...rest.fields, 'host: 127.0.0.1:8080'],
  })
  expect(status).toBe(200)
  const { certificate: cert } = JSON.parse(body) as { certificate: string }
  return filesOf({ cert, key: keyPem(device.device.privateKey) })
}

const deviceKey = (): string => keyPem(phone.device.privateKey)
const made = (wish: Partial<Wish>): Files =>
  filesOf(makeByOpenssl({ name: phone.deviceId, extensions: usual, ca: ca(), key: deviceKey(), ...wish }))

const forServers = [...usual.slice(0, 2), 'extendedKeyUsage=critical,serverAuth']
/** Certificates no connection gets through with. */
const refused: Array<[name: string, make: () => Files | null]> = [
  ['no certificate', () => null],
  ['one signed by itself under the same name', () => made({ ca: null })],
  ['one of another CA of the same name', () => made({ ca: newCa(`Holdfast CA of ${new URL(origin).host}`) })],
  ['one that has ended', () => made({ days: -1 })],
  ['one for servers', () => made({ extensions: forServers })],
]

type Ask = (who: Files | null, signed?: Signed) => Promise<Answer>
/** Where connections with certificates are taken, by port on 127.0.0.1. */
const askAt =
  (port: () => number): Ask =>
  async (who, signed) => {
    const { target, ...rest } = await request(signed)
    return curl(`https://mutual.test${target}`, {
      ...rest,
      cacert: file('roots.pem'),
      identity: who,
      to: `127.0.0.1:${port()}`,
    })
  }

/** What openssl says of the session, and what came back. `kept`: its file for sessions. */
async function bySession(port: number, kept: readonly string[], identity: Files | null) {
  const { target, fields } = await request()
  const shown = identity === null ? [] : ['-cert', identity.cert, '-key', identity.key]
  const to = ['-connect', `127.0.0.1:${port}`, '-servername', 'mutual.test', '-CAfile', file('roots.pem')]
  const child = spawn('openssl', ['s_client', '-ign_eof', '-tls1_3', ...to, ...shown, ...kept])
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('latin1')))
  child.stdin.on('error', () => undefined)
  child.stdin.write(
    `GET ${target} HTTP/1.1\r\nhost: mutual.test\r\nconnection: close\r\n${fields.join('\r\n')}\r\n\r\n`,
  )
  await once(child, 'close')
  return {
    session: /^(New|Reused), TLSv1\.3/m.exec(out)?.[1],
    status: Number(/HTTP\/1\.1 (\d{3})/.exec(out)?.[1] ?? 0),
  }
}
const fresh = { session: 'New', status: 200 }

/** What holds wherever the certificate is asked for. */
function everywhere(port: () => number, refusedStatus: number): void {
  const ask = askAt(port)
  test('the certificate of the device lets it in, and no backend hears of it', async () => {
    arrived.length = 0
    expect(await ask(await certificateOf(phone))).toMatchObject({ status: 200, body: 'served' })
    expect(arrived.map(({ url }) => url)).toEqual(['/vault/a'])
    expect(arrived[0]?.headers).not.toHaveProperty('client-cert')
  })

  test.each(refused)('%s does not', async (_name, make) => {
    arrived.length = 0
    expect(await ask(make())).toMatchObject({ status: refusedStatus, code: null })
    expect(arrived).toEqual([])
  })

  test('a copied session opens no connection: each one proves the device key anew', async () => {
    const identity = await certificateOf(phone)
    const ticket = file(`${port()}.session`)
    expect(await bySession(port(), ['-sess_out', ticket], identity)).toEqual(fresh)
    // Without a ticket there is nothing to copy.
    const kept = existsSync(ticket) ? ['-sess_in', ticket] : []
    arrived.length = 0
    expect(await bySession(port(), kept, null)).toEqual({ session: 'New', status: refusedStatus })
    expect(arrived).toEqual([])
    expect(await bySession(port(), kept, identity)).toEqual(fresh)
  })

  test('one of our CA for another key does not', async () => {
    arrived.length = 0
    expect(await ask(made({ key: newKeyPem() }))).toMatchObject({ status: 403, code: 'certificate_refused' })
    expect(await ask(await certificateOf(other))).toMatchObject({ status: 403, code: 'certificate_refused' })
    expect(arrived).toEqual([])
  })

  test('a removed device gets no further with it', async () => {
    const { keys, stores, server } = running.service
    const lost = await openSession({ store: stores.store, keys, origin, now: Date.now() })
    const certificate = await certificateOf(lost)
    const signed = { token: lost.token, by: lost.session }
    expect(await ask(certificate, signed)).toMatchObject({ status: 200 })
    await server.devices.revoke(lost.deviceId, 'admin')
    expect(await ask(certificate, signed)).toMatchObject({ status: 403, code: 'device_revoked' })
  })

  test('a token asked for with it counts with it alone', async () => {
    const [certificate, next] = [await certificateOf(phone), await certificateOf(phone)]
    const grant = { grant_type: deviceGrant, session_key: phone.session.publicJwk }
    const unlock = {
      target: '/holdfast/token',
      method: 'POST',
      body: JSON.stringify(grant),
      by: phone.device,
    }
    const { access_token: token } = JSON.parse((await ask(certificate, unlock)).body) as {
      access_token: string
    }
    expect(await ask(certificate, { token })).toMatchObject({ status: 200 })
    expect(await ask(certificate, { token, target: '/accounts' })).toMatchObject({ status: 200 })
    expect(await ask(next, { token })).toMatchObject({ code: 'certificate_refused' })
    expect(await ask(next, { token, target: '/accounts' })).toMatchObject({ code: 'certificate_refused' })
  })
}

if (!canRun)
  console.warn('openssl, curl or 127.0.0.2 is not here: client certificates are not tried over TLS.')
describe.skipIf(!canRun)('client certificates (need openssl, curl and the loopback network of Linux)', () => {
  test('the statement says where, and which routes ask for it', async () => {
    const { body } = await curl(`http://127.0.0.1:${running.port}/.well-known/holdfast`, {
      fields: ['host: 127.0.0.1:8080'],
    })
    const said = JSON.parse(Buffer.from(body.split('.')[1] ?? '', 'base64url').toString()) as object
    expect(said).toMatchObject({ mutual: { origin: 'https://mutual.test' } })
    expect(said).toMatchObject({
      routes: [{ path: '/public/*' }, { path: '/vault/*', policy: 'signed', mutual: true }],
    })
  })

  describe('at our own listener', () => {
    const port = (): number => running.mutualPort ?? 0
    everywhere(port, 0)

    test('openssl gets in over TLS 1.3, and not over TLS 1.2', async () => {
      const { cert, key } = await certificateOf(phone)
      const speak = async (version: string): Promise<string> => {
        const { target, fields } = await request()
        const words = [
          '-connect',
          `127.0.0.1:${port()}`,
          '-cert',
          cert,
          '-key',
          key,
          '-CAfile',
          file('roots.pem'),
        ]
        const child = spawn('openssl', [
          's_client',
          '-quiet',
          '-verify_quiet',
          version,
          '-servername',
          'mutual.test',
          ...words,
        ])
        let out = ''
        child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('latin1')))
        child.stdin.on('error', () => undefined)
        child.stdin.write(
          `GET ${target} HTTP/1.1\r\nhost: mutual.test\r\nconnection: close\r\n${fields.join('\r\n')}\r\n\r\n`,
        )
        await once(child, 'close')
        return out
      }
      expect(await speak('-tls1_3')).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
      expect(await speak('-tls1_2')).toBe('')
    })

    test('nor does a session from after a change of the CA', async () => {
      const identity = await certificateOf(phone)
      await running.service.keys.rotate('ca')
      const ticket = file('later.session')
      expect(await bySession(port(), ['-sess_out', ticket], identity)).toEqual(fresh)
      expect(await bySession(port(), ['-sess_in', ticket], null)).toMatchObject({ session: 'New', status: 0 })
    })

    test('a connection does not outlive its certificate', async () => {
      let later = 0
      const clock = { now: () => Date.now() + later, monotonic: () => performance.now() }
      const long = await open(ownListener, 'long', { clock })
      onTestFinished(() => long.close())
      const { keys, stores } = long.service
      await keys.rotate('ca')
      const device = await openSession({ store: stores.store, keys, origin, now: Date.now() })
      const own = { extensions: usual, key: keyPem(device.device.privateKey), ca: ca(long.service) }
      const agent = new Agent({
        keepAlive: true,
        maxSockets: 1,
        servername: 'mutual.test',
        ca: readFileSync(file('roots.pem')),
        ...makeByOpenssl(own),
      })
      onTestFinished(() => agent.destroy())
      const ask = async () => {
        const message = get({
          agent,
          port: long.mutualPort,
          host: '127.0.0.1',
          path: '/public/a',
          headers: { host: 'mutual.test' },
        })
        const [answer] = (await once(message, 'response')) as [IncomingMessage]
        answer.resume()
        await once(answer, 'end')
        return {
          reused: message.reusedSocket,
          status: answer.statusCode,
          code: answer.headers['holdfast-error'],
        }
      }
      expect(await ask()).toEqual({ reused: false, status: 200, code: undefined })
      expect(await ask()).toEqual({ reused: true, status: 200, code: undefined })
      later = 73 * 3_600_000
      expect(await ask()).toEqual({ reused: true, status: 403, code: 'certificate_refused' })
    })

    test('what the Client-Cert field says there counts for nothing', async () => {
      const theirs = readFileSync((await certificateOf(other)).cert, 'utf8')
      const { target, fields, method } = await request()
      const answer = await curl(`https://mutual.test${target}`, {
        method,
        fields: [...fields, `client-cert: ${fieldOf(theirs)}`],
        cacert: file('roots.pem'),
        identity: await certificateOf(phone),
        to: `127.0.0.1:${port()}`,
      })
      expect(answer).toMatchObject({ status: 200 })
    })

    test('a CA that is made while it listens counts from the next connection on', async () => {
      const late = await open(ownListener, 'late')
      onTestFinished(() => late.close())
      const { keys, stores } = late.service
      const device = await openSession({ store: stores.store, keys, origin, now: Date.now() })
      const ask = askAt(() => late.mutualPort ?? 0)
      const signed = { token: device.token, by: device.session }
      const wish = { name: 'a', extensions: usual, key: keyPem(device.device.privateKey) }
      const stray = makeByOpenssl({ ...wish, ca: newCa('a') })
      expect(await ask(filesOf(stray), signed)).toMatchObject({ status: 0 })
      await keys.rotate('ca')
      const sound = makeByOpenssl({ ...wish, ca: ca(late.service) })
      expect(await ask(filesOf(sound), signed)).toMatchObject({ status: 200 })
    })
  })

  /** RFC 9440 section 2.1, as a terminator writes it. */
  const fieldOf = (pem: string): string => `:${pem.replaceAll(/-----[^-]+-----|\s/g, '')}:`

  describe('at the public listener', () => {
    const ask = async (from: string, more: readonly string[], signed?: Signed): Promise<Answer> => {
      const { target, fields, ...rest } = await request(signed)
      const own = [...fields, 'host: 127.0.0.1:8080', ...more.map((value) => `client-cert: ${value}`)]
      return curl(`http://127.0.0.1:${running.port}${target}`, { ...rest, fields: own, from })
    }

    test('the field counts from a terminator and from nobody else', async () => {
      arrived.length = 0
      const field = fieldOf(readFileSync((await certificateOf(phone)).cert, 'utf8'))
      expect(await ask('127.0.0.2', [field])).toMatchObject({ status: 403, code: 'certificate_required' })
      expect(arrived).toEqual([])
      expect(await ask(terminator, [field])).toMatchObject({ status: 200 })
      expect(await ask(terminator, [])).toMatchObject({ status: 403, code: 'certificate_required' })
      expect(await ask('127.0.0.2', [field, field])).toMatchObject({ code: 'ambiguous_request' })
    })

    test('from nobody it reaches the backend, on no route', async () => {
      arrived.length = 0
      const field = fieldOf(readFileSync((await certificateOf(phone)).cert, 'utf8'))
      for (const from of ['127.0.0.2', terminator])
        for (const target of ['/accounts', '/public/a'])
          expect(await ask(from, [field], { target })).toMatchObject({ status: 200 })
      expect(arrived).toHaveLength(4)
      for (const { headers } of arrived) expect(headers).not.toHaveProperty('client-cert')
    })

    test('a terminator that says it badly, or twice, is refused', async () => {
      arrived.length = 0
      const field = fieldOf(readFileSync((await certificateOf(phone)).cert, 'utf8'))
      const bad = [
        '',
        '::',
        ':AAAA:',
        field.slice(1),
        field.slice(0, -1),
        `${field};a=1`,
        `${field}, ${field}`,
      ]
      for (const value of [...bad, field.replace(/^:(.)/, ': $1'), `"${field}"`])
        expect(await ask(terminator, [value])).toMatchObject({
          status: 403,
          code: value === '' ? 'certificate_required' : 'certificate_refused',
        })
      expect(await ask(terminator, [field, field])).toMatchObject({
        status: 403,
        code: 'certificate_refused',
      })
      expect(arrived).toEqual([])
    })

    test.each(refused.slice(1))('a terminator that lets %s pass is refused', async (_name, make) => {
      const field = fieldOf(readFileSync(make()?.cert ?? '', 'utf8'))
      expect(await ask(terminator, [field])).toMatchObject({ status: 403, code: 'certificate_refused' })
    })
  })

  const terminators: Array<[name: string, start: typeof startNginx, words: string[], refusedStatus: number]> =
    [
      ['haproxy', startHaproxy, ['-v'], 0],
      ['nginx', startNginx, ['-v'], 400],
    ]
  for (const [name, start, words, refusedStatus] of terminators) {
    const absent = !hasCommand(name, ...words)
    if (absent) console.warn(`${name} is not here: it is not tried as a terminator.`)
    describe.skipIf(absent)(`behind ${name}`, () => {
      let front: Terminator
      beforeAll(async () => {
        front = await start({ folder, gatewayPort: running.port, from: terminator })
      })
      afterAll(() => front.stop())
      everywhere(() => front.port, refusedStatus)

      test('a field the phone sends is overwritten', async () => {
        const theirs = fieldOf(readFileSync((await certificateOf(other)).cert, 'utf8'))
        const { target, fields, method } = await request()
        const answer = await curl(`https://mutual.test${target}`, {
          method,
          fields: [...fields, `client-cert: ${theirs}`],
          cacert: file('roots.pem'),
          identity: await certificateOf(phone),
          to: `127.0.0.1:${front.port}`,
        })
        expect(answer).toMatchObject({ status: 200 })
      })
    })
  }
})
