/** A real gateway with rules about transfers, phones that really enrol, and consoles in front of it. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createClient } from '@holdfast/client'
import { virtualPhone } from '@holdfast/client/testing'
import { freePort } from '../../demo/src/processes.ts'
import { createPlace } from '../../../packages/gateway/test/holdfast-process.ts'
import { type Console, type ConsoleOptions, startConsole } from '../src/server/console.ts'
import { jsonLog } from '../src/server/log.ts'
import { type Customer, openCustomer } from './customer.ts'

export type Credentials = { readonly name: string; readonly secret: string }
export type Stage = {
  /** The gateway's admin listener. */
  readonly admin: URL
  /** A new operator, added by those before. */
  addOperator(name: string): Promise<Credentials>
  removeOperator(name: string): Promise<void>
  activate(user: string): Promise<string>
  /** A phone takes the code, reads the text, and is bound. Resolves with its device id. */
  enrol(activationCode: string, deviceName: string): Promise<string>
  /** A new customer, whose payments to strangers are held from 500.00 on. */
  customer(user: string): Promise<Customer>
  /** As when somebody stops it: the rest stays. */
  stopGateway(): Promise<void>
  /** Everything the gateway wrote. */
  gatewayOutput(): string
  close(): Promise<void>
}

const configOf = (port: number, bank: number): string => `
origin: http://127.0.0.1:${port}
listen: { host: 127.0.0.1, port: ${port} }
admin: { host: 127.0.0.1, port: 0 }
data: ./data
store: { kind: memory }
upstreams: [{ name: bank, url: "http://127.0.0.1:${bank}", identity: { mode: insecurePlain } }]
policy: { anonymousPerMinute: 1000 }
outbox: { kind: insecureReadable, file: ./outbox.jsonl }
transfers:
  currency: EUR
  rules:
    - { name: new-payee, kind: payee, newerThanSeconds: 86400, above: "500.00", verdict: hold }
    - { name: day, kind: limit, of: user, perSeconds: 86400, sum: "2000.00", verdict: hold }
routes:
  - path: /transfers
    methods: [POST]
    signer: device
    approve:
      title: Transfer
      acr: passcode
      fields:
        - { name: amount, type: money, label: Amount, currencies: [EUR] }
        - { name: name, type: name, label: To }
        - { name: iban, type: iban, label: Account }
      transfer: { amount: amount, payee: iban }
`

/** A backend that takes every payment it gets. */
async function startBank(): Promise<Server> {
  const bank = createServer((_, response) => response.writeHead(201).end('{}')).listen(0, '127.0.0.1')
  await once(bank, 'listening')
  return bank
}

export async function openStage(): Promise<Stage> {
  const port = await freePort()
  const bank = await startBank()
  const place = createPlace(configOf(port, (bank.address() as AddressInfo).port))
  const gateway = await place.serve()
  const admin = new URL(`http://127.0.0.1:${gateway.adminPort}`)
  const first = JSON.parse(readFileSync(gateway.credentials, 'utf8')) as Credentials

  const basic = ({ name, secret }: Credentials): string =>
    `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
  function call(by: Credentials, method: string, path: string, body?: unknown): Promise<Response> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) }
    const headers = { authorization: basic(by), 'content-type': 'application/json' }
    return fetch(new URL(path, admin), { method, headers, ...content })
  }
  async function ask(method: string, path: string, body?: unknown, by = first): Promise<unknown> {
    const answer = await call(by, method, path, body)
    if (answer.status !== 200) throw new Error(`${path} was answered with ${answer.status}`)
    return answer.json()
  }
  function lastDigits(): string {
    const line = readFileSync(join(place.directory, 'outbox.jsonl'), 'utf8').trim().split('\n').at(-1)
    return /\b\d{6}\b/.exec((JSON.parse(line ?? '') as { text: string }).text)?.[0] ?? ''
  }
  async function activate(user: string): Promise<string> {
    const made = await ask('POST', '/admin/activations', { user, send_to: '+44 20 7946 0042' })
    return (made as { code: string }).code
  }
  let second: Credentials | undefined
  const origin = `http://127.0.0.1:${port}`
  const trust = gateway.pins
  return {
    admin,
    async addOperator(name) {
      // The second is made by the first alone; any other by both of them.
      if (second !== undefined) await call(first, 'POST', '/admin/operators', { name })
      const made = (await ask('POST', '/admin/operators', { name }, second)) as Credentials
      second ??= made
      return made
    },
    removeOperator: async (name) => void (await ask('DELETE', `/admin/operators/${name}`)),
    activate,
    async enrol(activationCode: string, deviceName: string): Promise<string> {
      const client = createClient({ origin, trust, platform: virtualPhone().platform })
      const pending = await client.enrol({ activationCode, deviceName })
      const { device } = await pending.confirm(lastDigits())
      await (await client.unlock()).end()
      return device
    },
    customer: async (user) => openCustomer({ origin, trust, code: await activate(user), lastDigits }),
    stopGateway: async () => void (await gateway.stop('SIGTERM')),
    gatewayOutput: () => gateway.output(),
    async close(): Promise<void> {
      bank.close().closeAllConnections()
      await gateway.stop('SIGTERM')
      place.clear()
    },
  }
}

export type OpenConsole = Console & {
  readonly address: string
  /** All lines it logged so far. */
  readonly log: () => string
}

/** With fast polls; otherwise as told. */
export async function openConsole(
  stage: Pick<Stage, 'admin'>,
  options: Pick<ConsoleOptions, 'page'> & Partial<ConsoleOptions>,
): Promise<OpenConsole> {
  let written = ''
  const clock = options.clock ?? { now: () => Date.now() }
  const log = jsonLog((line) => (written += line), clock)
  const running = await startConsole({ admin: stage.admin, port: 0, pollMs: 50, log, ...options, clock })
  return { ...running, address: `http://127.0.0.1:${running.port}`, log: () => written }
}
