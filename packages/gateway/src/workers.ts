/** Several processes behind one port: the primary owns the admin listener and replaces workers that end unasked. */
import cluster, { type Worker } from 'node:cluster'
import { AggregatorRegistry, type Registry } from 'prom-client'
import { openAdmin } from './operators/admin.ts'
import { Complaint } from './config/complaint.ts'
import type { Config } from './config/config.ts'
import { ensureFirstOperator } from './operators/first-operator.ts'
import type { Log } from './books/log.ts'
import { openService } from './service.ts'

/** What primary and worker say to each other. */
type Message = 'holdfast-reload' | { readonly holdfastPort: number }

export type RunningWorkers = {
  readonly port: number
  readonly adminPort: number
  readonly pins: readonly string[]
  /** Whether there is a CA of client certificates. */
  readonly hasCa: boolean
  readonly credentialsFile: string
  reloadKeys(): Promise<void>
  close(): Promise<void>
  /** Ends every worker at once. */
  kill(): void
}

const firstPauseMs = 500
const longestPauseMs = 30_000
/** A worker that lived this long did not fail because of its start. */
const healthyMs = 60_000

/** Throws Complaint when several processes would not see the same facts. */
export function checkWorkers({ store, nonces }: Config, workers: number): void {
  if (workers === 1) return
  if (store.kind !== 'postgres')
    throw new Complaint(
      `--workers ${workers} needs store.kind: postgres: the ${store.kind} store belongs to one process`,
      2,
    )
  if (nonces.kind === 'memory')
    throw new Complaint(
      `--workers ${workers} needs nonces.kind: postgres or redis: in memory, each process would accept a replay`,
      2,
    )
}

function say(worker: Worker, message: Message): void {
  if (worker.isConnected()) worker.send(message)
}

/** Starts one worker; resolves with its port, rejects when it ends first. */
function firstStart(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: Message) => {
      if (typeof message === 'object' && 'holdfastPort' in message) resolve(message.holdfastPort)
    })
    worker.once('exit', (code: number) =>
      reject(new Complaint('a worker did not start; its reason is above', code === 2 ? 2 : 1)),
    )
  })
}

type Pool = {
  start(count: number): Promise<number>
  stop(): Promise<void>
  tell(message: Message): void
  kill(): void
}

/** Asks one worker to end, and waits until it has. */
function endOf(worker: Worker): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve())
  })
  // A message would be lost on a worker that is still starting; the signal ends it.
  worker.process.kill('SIGTERM')
  return ended
}

function createPool(log: Log): Pool {
  const workers = new Set<Worker>()
  const pauses = new Set<NodeJS.Timeout>()
  let stopping = false
  let failures = 0

  function replace(worker: Worker, startedAt: number): void {
    failures = performance.now() - startedAt > healthyMs ? 0 : failures + 1
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.max(0, failures - 1))
    log.error('worker ended', { worker: worker.id, durationMs: pauseMs })
    const timer = setTimeout(() => {
      pauses.delete(timer)
      fork()
    }, pauseMs)
    pauses.add(timer)
  }

  function fork(): Worker {
    const worker = cluster.fork()
    const startedAt = performance.now()
    workers.add(worker)
    log.info('worker started', { worker: worker.id, pid: worker.process.pid ?? 0 })
    worker.once('exit', () => {
      workers.delete(worker)
      if (!stopping) replace(worker, startedAt)
    })
    return worker
  }

  async function stop(): Promise<void> {
    stopping = true
    for (const timer of pauses) clearTimeout(timer)
    await Promise.all([...workers].map(endOf))
  }

  return {
    async start(count: number): Promise<number> {
      const ports = await Promise.all(Array.from({ length: count }, () => firstStart(fork()))).catch(
        async (error: unknown) => {
          await stop()
          throw error
        },
      )
      return ports[0] as number
    },
    stop,
    tell(message: Message): void {
      for (const worker of workers) say(worker, message)
    },
    kill(): void {
      for (const worker of workers) worker.process.kill('SIGKILL')
    },
  }
}

/** The primary's part. It serves operators; the workers serve everybody else. */
export async function startWorkers(config: Config, count: number, log: Log): Promise<RunningWorkers> {
  const service = await openService(config, { log })
  const pool = createPool(log)
  try {
    const credentialsFile = await ensureFirstOperator(config, service)
    const registry = new AggregatorRegistry()
    const admin = await openAdmin(config, { service, log, metrics: () => registry.clusterMetrics() })
    const port = await pool.start(count).catch(async (error: unknown) => {
      await admin.close()
      throw error
    })
    return {
      port,
      adminPort: admin.port,
      pins: service.keys.servicePins(),
      hasCa: service.keys.ca() !== null,
      credentialsFile,
      async reloadKeys(): Promise<void> {
        pool.tell('holdfast-reload')
        await service.reloadKeys()
      },
      async close(): Promise<void> {
        await pool.stop()
        await admin.close()
        await service.close()
      },
      kill: () => pool.kill(),
    }
  } catch (error) {
    await service.close()
    throw error
  }
}

/** The worker's part, once it listens: tells the primary, and does what it asks. */
export function attachWorker(
  port: number,
  options: { readonly registry: Registry; reloadKeys(): Promise<void> },
): void {
  // Making one installs the answer to the primary's question.
  AggregatorRegistry.setRegistries([options.registry, new AggregatorRegistry()])
  process.on('message', (message: Message) => {
    if (message === 'holdfast-reload') void options.reloadKeys()
  })
  const ready: Message = { holdfastPort: port }
  process.send?.(ready)
}
