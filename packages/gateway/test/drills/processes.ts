/** The real command in several processes on one PostgreSQL and one key file, restarted one by one while phones call. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openScene } from '../faults/scene.ts'
import { openDatabase } from '../faults/servers.ts'
import { expect, vi } from 'vitest'
import { type Deferred, deferred } from '../fixture.ts'
import { runHere } from '../holdfast-here.ts'
import { createPlace, fromBundle, type Serving } from '../holdfast-process.ts'
import { type Service, wait } from './fleet.ts'
import { origin } from './stage.ts'

const policy = {
  // Everybody here has one address.
  anonymousPerMinute: 1_000_000,
  devicesPerUser: 1000,
  session: { unlocksPerMinute: 1_000_000 },
  // What a killed gateway had under way is given up soon: its phone asks until then.
  idempotency: { leaseSeconds: 6 },
}
const times = { limits: { requestMs: 3_000 }, upstream: { timeoutMs: 2_500 } }

export type Processes = Service & {
  readonly pins: readonly string[]
  /** Those that take requests. */
  readonly gateways: readonly Serving[]
  /** Keys of all writes that reached the backend, each with how often. */
  readonly executions: ReadonlyMap<string, number>
  /** Takes effect with {@link Processes.restart}. */
  configure(change: Readonly<Record<string, unknown>>): void
  /** The oldest ends and another begins. What a phone has under way there is cut off by SIGKILL and not by SIGTERM. */
  restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** `holdfast keys rotate sealing` at the newest. */
  rotateSealing(): Promise<void>
  close(): Promise<void>
}

/** Requests the backend has and has not answered when a gateway is restarted: the phones of a drill have one each at most. */
const underWay = 3

export async function openProcesses(
  config: Readonly<Record<string, unknown>>,
  nodes: number,
): Promise<Processes> {
  const scene = await openScene()
  const database = await openDatabase()
  const executions = new Map<string, number>()
  let hold: { taken: number; readonly over: Deferred<void> } | null = null
  scene.onRequest = ({ key }) => {
    if (key !== undefined) executions.set(key, (executions.get(key) ?? 0) + 1)
    if (hold !== null) hold.taken++
    return hold?.over.promise
  }
  let written = {
    origin,
    listen: { port: 0 },
    admin: { port: 0 },
    data: './data',
    store: { kind: 'postgres', url: database.url },
    log: { level: 'error' },
    policy,
    limits: times.limits,
    ...scene.config,
    upstreams: (scene.config['upstreams'] as object[]).map((known) =>
      Object.assign({}, known, times.upstream),
    ),
    ...config,
  }
  // JSON is YAML too.
  const place = createPlace(JSON.stringify(written), { command: fromBundle })
  const gateways: Serving[] = []
  async function close(): Promise<void> {
    place.clear()
    scene.close()
    await database.remove()
  }
  const serve = async (): Promise<void> => void gateways.push(await place.serve('--config', 'holdfast.yaml'))
  const newest = (): Serving => gateways.at(-1) as Serving
  try {
    // The first makes keys and operator.
    await serve()
    await Promise.all(Array.from({ length: nodes - 1 }, serve))
  } catch (error) {
    await close()
    throw error
  }
  const credentials = JSON.parse(readFileSync(newest().credentials, 'utf8')) as {
    name: string
    secret: string
  }
  const authorization = `Basic ${Buffer.from(`${credentials.name}:${credentials.secret}`).toString('base64')}`

  return {
    pins: newest().pins,
    gateways,
    executions,
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
    digits: (sendTo) => scene.digits(sendTo),
    runs: (idempotencyKey) => executions.get(idempotencyKey) ?? 0,
    async admin(path: string, body: unknown): Promise<Record<string, unknown>> {
      const call = (): Promise<Response> =>
        fetch(`http://127.0.0.1:${newest().adminPort}${path}`, {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      // Operators go to one gateway, and to another one when that ended.
      const answer = await call().catch(call)
      const said = await answer.text()
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${said}`)
      return JSON.parse(said) as Record<string, unknown>
    },
    configure(change: Readonly<Record<string, unknown>>): void {
      written = { ...written, ...change }
      writeFileSync(join(place.directory, 'holdfast.yaml'), JSON.stringify(written))
    },
    async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
      const held = { taken: 0, over: deferred() }
      hold = held
      await vi.waitFor(() => expect(held.taken).toBeGreaterThanOrEqual(underWay), { ...wait, interval: 5 })
      // Whoever leads phones to gateways notices at once; what is under way there is under way.
      const oldest = gateways.shift() as Serving
      const stopped = oldest.stop(signal)
      hold = null
      held.over.resolve()
      await stopped
      await serve()
    },
    async rotateSealing(): Promise<void> {
      const at = ['--config', 'holdfast.yaml', '--admin', `http://127.0.0.1:${newest().adminPort}`]
      const { code, err } = await runHere(place.directory, 'keys', 'rotate', 'sealing', ...at)
      if (code !== 0) throw new Error(`keys rotate sealing ended with ${code}: ${err}`)
    },
    close,
  }
}
