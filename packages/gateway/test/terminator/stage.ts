/** A phone, nginx that ends TLS, a real gateway with PostgreSQL behind it, a bank; and all that is written down anywhere. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Client, createClient } from '@holdfast/client'
import { type VirtualPhone, virtualPhone } from '@holdfast/client/testing'
import { createAuthority } from '../../../client/test/authority.ts'
import { activate } from '../faults/handset.ts'
import { createNode, type Node } from '../faults/node.ts'
import { openScene } from '../faults/scene.ts'
import { openDatabase } from '../faults/servers.ts'
import { type Bank, openBank } from './bank.ts'
import { type Eavesdropper, eavesdropper } from './eavesdropper.ts'
import { startTerminator, type Terminator } from './nginx.ts'
import { openTap, type Tap } from './tap.ts'

const run = promisify(execFile)

export const planted = {
  'account number in a path': 'DE02120300000000202051',
  'name in a query': 'canary-query-8b1f27',
  'PIN in a body': 'canary-pin-4711-0815',
  'idempotency key': 'canary-idempotency-3f6c90',
  'balance in an answer': 'canary-balance-1234567.89',
  'field of an answer': 'canary-mark-77d1e0',
  'name of the device': 'canary phone of Ann 5e8a',
} as const
/** Readable for the phone alone: not even for the gateway. */
export const cardPin = 'canary-card-pin-9042'

export type Stage = {
  readonly phone: VirtualPhone
  readonly heard: Eavesdropper
  readonly client: Client
  readonly terminator: Terminator
  /** Between terminator and gateway: what the one who ends TLS could read. */
  readonly inFront: Tap
  /** Between gateway and bank. */
  readonly behind: Tap
  readonly node: Node
  /** A new activation code. */
  readonly activate: () => Promise<string>
  readonly digits: () => string
  /** What the gateway says of itself: its log, its metrics, reports of its state and of its crash. It has crashed then. */
  traces(): Promise<ReadonlyMap<string, Uint8Array>>
  dump(): Promise<Uint8Array>
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export function hasPgDump(): boolean {
  try {
    execFileSync('pg_dump', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const longestWaitMs = 20_000

async function until<Value>(ask: () => Value | undefined): Promise<Value> {
  const deadline = performance.now() + longestWaitMs
  while (performance.now() < deadline) {
    const value = ask()
    if (value !== undefined) return value
    await pause(20)
  }
  throw new Error('waited in vain')
}

async function metricsOf(node: Node): Promise<string> {
  const { name, secret } = JSON.parse(readFileSync(`${node.directory}/data/operator.json`, 'utf8')) as {
    name: string
    secret: string
  }
  const authorization = `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
  const answer = await fetch(`http://127.0.0.1:${node.adminPort()}/metrics`, { headers: { authorization } })
  if (answer.status !== 200) throw new Error(`/metrics: ${answer.status}`)
  return answer.text()
}

/** `config` is added to the gateway's. Everything is gone with `onEnd`. */
export async function openStage(
  config: Readonly<Record<string, unknown>>,
  onEnd: (close: () => Promise<void>) => void,
): Promise<Stage> {
  const [scene, database, inFront, behind] = await Promise.all([
    openScene(),
    openDatabase(),
    openTap(),
    openTap(),
  ])
  const bank: Bank = await openBank({
    balance: planted['balance in an answer'],
    mark: planted['field of an answer'],
    cardPin,
  })
  behind.lead(bank.port)
  const reports = mkdtempSync(join(tmpdir(), 'holdfast-reports-'))
  const port = await freePort()
  const origin = `https://127.0.0.1:${port}`
  const crash = fileURLToPath(new URL('crash.mjs', import.meta.url))
  const node = createNode({
    nodeArgs: [
      '--report-on-signal',
      '--report-uncaught-exception',
      `--report-directory=${reports}`,
      '--import',
      crash,
    ],
    config: {
      ...scene.config,
      origin,
      listen: { port: 0, trustedProxies: ['127.0.0.1'] },
      store: { kind: 'postgres', url: database.url },
      upstreams: [
        { name: 'bank', url: `http://127.0.0.1:${behind.port}`, identity: { mode: 'insecurePlain' } },
      ],
      log: { level: 'debug' },
      ...config,
    },
  })
  await node.start()
  inFront.lead(node.port())
  const authority = createAuthority()
  const identity = authority.issue(authority.createKey())
  const terminator = await startTerminator({ port, upstreamPort: inFront.port, identity })
  onEnd(async () => {
    await terminator.close()
    node.clear()
    for (const each of [inFront, behind, bank, scene]) each.close()
    rmSync(reports, { recursive: true, force: true })
    await database.remove()
  })

  const heard = eavesdropper()
  const phone = virtualPhone({ ca: authority.ca, crypto: heard.crypto })
  const sendTo = '+15550004711'

  return {
    phone,
    heard,
    client: createClient({ origin, trust: [...node.pins()], platform: phone.platform }),
    terminator,
    inFront,
    behind,
    node,
    activate: () => activate(node, { user: 'ann', sendTo }),
    digits: () => scene.digits(sendTo),
    async traces(): Promise<ReadonlyMap<string, Uint8Array>> {
      const metrics = await metricsOf(node)
      process.kill(node.pid(), 'SIGUSR2')
      await until(() => (readdirSync(reports).length > 0 ? true : undefined))
      process.kill(node.pid(), 'SIGWINCH')
      await until(() => (node.output().includes('asked for by a test') ? true : undefined))
      await node.kill()
      const written = readdirSync(reports).map((name): [string, Uint8Array] => [
        `report ${name}`,
        readFileSync(join(reports, name)),
      ])
      const said: Array<[string, Uint8Array]> = [
        ['log of the gateway', Buffer.from(node.output())],
        ['metrics', Buffer.from(metrics)],
      ]
      return new Map([...said, ...written])
    },
    async dump(): Promise<Uint8Array> {
      // The line to the database runs in this process: it may not stand still meanwhile.
      const { stdout } = await run('pg_dump', ['--dbname', database.url], { maxBuffer: 2 ** 28 })
      return Buffer.from(stdout)
    },
  }
}

/** A whole day of a customer. */
export async function live({
  client,
  activate: newCode,
  digits,
  phone,
  terminator,
}: Stage): Promise<{ code: string; pin: string }> {
  const code = await newCode()
  const pending = await client.enrol({ activationCode: code, deviceName: planted['name of the device'] })
  await pending.confirm(digits())
  const session = await client.unlock()
  const account = `/accounts/${planted['account number in a path']}`
  const read = await session.fetch(`${account}?name=${planted['name in a query']}`)
  const paid = await session.fetch(`${account}/transfers`, {
    method: 'POST',
    body: JSON.stringify({ pin: planted['PIN in a body'] }),
    headers: { 'content-type': 'application/json' },
    idempotencyKey: planted['idempotency key'],
  })
  const answers = [await read.json(), await paid.json()] as Array<{ balance: string }>
  if (answers.some(({ balance }) => balance !== planted['balance in an answer']))
    throw new Error('the bank was not reached')
  const pin = await session.fetchSecret('/cards/1/pin')
  await session.devices()
  await session.end()
  // nginx writes a line after the answer has left.
  const sent = phone.network.exchanges.length
  await until(() => (terminator.requests().length >= sent ? true : undefined))
  return { code, pin: Buffer.from(pin).toString() }
}
