/** The real client on its Node platform against a real gateway, over TLS alone: pins, client certificate, reports. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createTls } from 'node:https'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient, HoldfastError, type PendingEnrolment } from '@holdfast/client'
import { nodePlatform } from '@holdfast/client/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCluster } from '../../server/test/cluster.ts'
import { type RunningGateway, startGateway } from '../src/compose.ts'
import { parseConfig } from '../src/config/config.ts'
import { createLog } from '../src/books/log.ts'
import { pinOfPem } from '../src/pins.ts'
import { freePort } from './terminators.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

describe.skipIf(!hasOpenssl)(
  'a phone and a gateway over TLS (needs the openssl command)',
  { timeout: 60_000 },
  () => {
    let directory: string
    let backend: Server
    let gateway: RunningGateway
    let origin: string
    let ports: readonly [number, number]
    const texts: string[] = []
    let waitedMs = 0
    /** Of the phone and of the gateway: what the phone waits for has come. */
    const clock = {
      now: (): number => Date.now() + waitedMs,
      monotonic: (): number => performance.now() + waitedMs,
      sleep: async (ms: number): Promise<void> => void (waitedMs += ms),
    }
    const file = (name: string): string => join(directory, name)
    const openssl = (...args: string[]): Buffer =>
      execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' })

    function makeKey(name: string): string {
      openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`)
      const subject = ['-subj', '/CN=gateway', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
      openssl('req', '-x509', '-key', `${name}.key`, ...subject, '-out', `${name}.crt`)
      return pinOfPem(readFileSync(file(`${name}.crt`), 'utf8')) as string
    }

    async function start(pins: readonly string[], key: string): Promise<void> {
      const [port, mutualPort] = ports
      const tls = `{ key: ${key}.key, cert: ${key}.crt }`
      const config = parseConfig(
        file('holdfast.yaml'),
        `
origin: ${origin}
listen: { port: ${port}, tls: ${tls} }
mutual: { origin: "https://127.0.0.1:${mutualPort}", port: ${mutualPort}, tls: ${tls} }
pins: [${pins.join(', ')}]
keys: { kind: insecurePlain }
admin: { port: 0 }
upstreams: [{ name: accounts, url: "http://127.0.0.1:${(backend.address() as AddressInfo).port}", identity: { mode: insecurePlain } }]
routes: [{ path: /transfers, policy: mutual }]
outbox: { kind: webhook, url: "http://127.0.0.1:9", secretFile: sms.secret }
`,
      )
      const outbox = { send: async ({ text }: { text: string }): Promise<void> => void texts.push(text) }
      gateway = await startGateway(config, { clock, outbox, log: createLog({ level: 'error' }) })
    }

    function phone(): Client {
      const ca = ['one', 'two', 'stranger'].map((name) => readFileSync(file(`${name}.crt`), 'utf8'))
      const platform = nodePlatform({ directory: file('phone'), ca })
      return createClient({
        origin,
        trust: gateway.pins,
        platform: { ...platform, clock: { ...platform.clock, ...clock } },
      })
    }

    let one: string
    let two: string
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'holdfast-phone-tls-'))
      writeFileSync(file('sms.secret'), 's'.repeat(40), { mode: 0o600 })
      ;[one, two] = [makeKey('one'), makeKey('two')]
      makeKey('stranger')
      backend = createServer((request, response) => response.end(`${request.method} ${request.url}`))
      await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
      ports = [await freePort(), await freePort()]
      origin = `https://127.0.0.1:${ports[0]}`
      await createCluster(file('data/database'))
      await start([one, two], 'one')
      await gateway.service.keys.rotate('ca')
    })
    afterAll(async () => {
      await gateway?.close()
      backend?.closeAllConnections()
      backend?.close()
      rmSync(directory, { recursive: true, force: true })
    })

    const audited = async (action: string) =>
      (await gateway.service.stores.store.readAudit({ limit: 1000 })).filter(
        (entry) => entry.action === action,
      )
    async function transfer(client: Client): Promise<string> {
      const session = await client.unlock()
      const answer = await session.fetch('/transfers', { method: 'POST', body: 'ten' })
      const text = `${answer.status} ${await answer.text()}`
      await session.end()
      return text
    }

    it('enrols, gets a certificate and pays where one is asked for', async () => {
      const { code } = await gateway.service.server.enrolment.issue({
        user: 'ann',
        sendTo: '+31600000042',
        createdBy: 'test',
      })
      const pending: PendingEnrolment = await phone().enrol({ activationCode: code, deviceName: 'Phone' })
      await pending.confirm(/\b\d{6}\b/.exec(texts.at(-1) ?? '')?.[0] as string)
      expect(await transfer(phone())).toBe('200 POST /transfers')
      expect(await transfer(phone())).toBe('200 POST /transfers')
      expect(await audited('certificate.issued')).toHaveLength(1)
    })

    it('goes on when the key held in reserve comes into use', async () => {
      const client = phone()
      expect(await transfer(client)).toBe('200 POST /transfers')
      await gateway.close()
      await start([two, one], 'two')
      expect(await transfer(client)).toBe('200 POST /transfers')
    })

    it('refuses a gateway whose key is not the one the statement names, and tells of it', async () => {
      const client = phone()
      expect(await transfer(client)).toBe('200 POST /transfers')
      // Somebody with a certificate the phone trusts, in the place of the gateway.
      await gateway.close()
      const heard: string[] = []
      const tls = { key: readFileSync(file('stranger.key')), cert: readFileSync(file('stranger.crt')) }
      const strangers = ports.map((port) =>
        createTls(tls, (request, response) => {
          heard.push(`${request.method} ${request.url}`)
          response.end()
        }).listen(port, '127.0.0.1'),
      )
      for (const stranger of strangers) if (!stranger.listening) await once(stranger, 'listening')
      const error = await transfer(client).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(HoldfastError)
      expect(error).toMatchObject({ code: 'server_key_refused' })
      expect(new Set(heard)).toEqual(new Set(['GET /.well-known/holdfast']))
      for (const stranger of strangers) {
        stranger.closeAllConnections()
        await new Promise((resolve) => stranger.close(resolve))
      }
      await start([two, one], 'two')
      expect(await transfer(client)).toBe('200 POST /transfers')
      const deadline = performance.now() + 10_000
      while ((await audited('tls_key.refused')).length === 0) {
        if (performance.now() > deadline) throw new Error('the gateway was not told')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      const key = pinOfPem(readFileSync(file('stranger.crt'), 'utf8'))
      expect(await audited('tls_key.refused')).toMatchObject([{ user: 'ann', detail: { key } }])
    })
  },
)
