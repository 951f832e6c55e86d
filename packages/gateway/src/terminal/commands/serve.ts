import cluster from 'node:cluster'
import { banner, type Started } from '../banner.ts'
import { type Command, print, readOptions, wholeNumber } from '../command.ts'
import { startGateway } from '../../compose.ts'
import { type Config, loadConfig } from '../../config/config.ts'
import { createLog, type Log } from '../../books/log.ts'
import { standardOutput } from '../../books/log-output.ts'
import { attachWorker, checkWorkers, startWorkers } from '../../workers.ts'

type Running = Started & {
  reloadKeys(): Promise<void>
  close(): Promise<void>
  kill?(): void
}

/** The first signal asks for a graceful end, the second one does not ask. */
function stopSignal(log: Log, force: () => void): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    const stop = (signal: NodeJS.Signals): void => {
      log.info('signal', { signal })
      if (asked) force()
      asked = true
      resolve()
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
}

function announce(config: Config, running: Running, json: boolean): void {
  const { port, adminPort, pins, credentialsFile } = running
  if (json) print(JSON.stringify({ ready: true, port, adminPort, pins, credentials: credentialsFile }))
  else process.stderr.write(`${banner(config, running).join('\n')}\n`)
}

async function serveAlone(config: Config, log: Log): Promise<Running> {
  const gateway = await startGateway(config, { log })
  const hasCa = gateway.service.keys.ca() !== null
  return { ...gateway, hasCa, reloadKeys: () => gateway.service.reloadKeys() }
}

const flushMs = 1_000

/** What is left of the log leaves; a reader that stands still cannot keep the process. */
async function leaveLog(): Promise<void> {
  if (!(await standardOutput().flush(flushMs))) process.exit(0)
}

async function runWorker(config: Config, log: Log): Promise<number> {
  // A terminal sends its signals to every process of the group; the primary decides when workers stop.
  process.on('SIGINT', () => {})
  process.on('SIGHUP', () => {})
  try {
    const gateway = await startGateway(config, { log, admin: false })
    const stopped = new Promise<void>((resolve) => void process.once('SIGTERM', () => resolve()))
    const { port, service, metrics } = gateway
    attachWorker(port, { registry: metrics.registry, reloadKeys: () => service.reloadKeys() })
    await stopped
    await gateway.close()
    await leaveLog()
    return 0
  } finally {
    // The line to the primary would keep this process alive.
    cluster.worker?.disconnect()
  }
}

export const serve: Command = {
  help: `holdfast serve [--config FILE] [--workers N] [--json]

  --config FILE        configuration (holdfast.yaml)
  --workers N          processes that share the port (1); more than one needs PostgreSQL
  --json               says that it is ready by one line on standard output:
                       {"ready":true,"port":…,"adminPort":…,"pins":[…],"credentials":"…"}

The log goes to standard output as JSON lines. SIGTERM and SIGINT finish what is under way and end with status 0, a second
one ends at once; SIGHUP reads the key file again.

Example:
  holdfast serve --config holdfast.yaml --workers 4`,
  async run(args: readonly string[]): Promise<number> {
    const options = readOptions(args, { config: 'text', workers: 'text', json: 'flag' })
    const config = loadConfig(options.text('config') ?? 'holdfast.yaml')
    const workers = Math.max(1, wholeNumber('workers', options.text('workers'), 1))
    const log = createLog(config.log)
    if (cluster.isWorker) return runWorker(config, log)
    checkWorkers(config, workers)
    let running: Running | undefined
    const stopped = stopSignal(log, () => {
      running?.kill?.()
      process.exit(1)
    })
    running = workers > 1 ? await startWorkers(config, workers, log) : await serveAlone(config, log)
    const started = running
    process.on('SIGHUP', () => void started.reloadKeys())
    announce(config, running, options.flag('json'))
    await stopped
    await running.close()
    await leaveLog()
    return 0
  },
}
