/** `node bank/console/dist/server/main.js --admin http://127.0.0.1:PORT [--port PORT] [--page FOLDER]`: prints one JSON line when it listens. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { adminAddress } from './admin.ts'
import { systemClock } from './clock.ts'
import { type ConsoleOptions, startConsole } from './console.ts'
import { jsonLog } from './log.ts'

const usage =
  'usage: node bank/console/dist/server/main.js --admin http://127.0.0.1:PORT [--port PORT] [--page FOLDER]'
const built = fileURLToPath(new URL('../web/', import.meta.url))

function readArguments(): Pick<ConsoleOptions, 'admin' | 'port' | 'page'> {
  const options = {
    admin: { type: 'string' },
    port: { type: 'string', default: '0' },
    page: { type: 'string', default: built },
  } as const
  const { admin, port, page } = parseArgs({ options }).values
  if (admin === undefined || !/^\d{1,5}$/.test(port)) throw new TypeError(usage)
  return { admin: adminAddress(admin), port: Number(port), page }
}

function write(line: string): void {
  process.stdout.write(line)
}

try {
  const running = await startConsole({ ...readArguments(), log: jsonLog(write, systemClock) })
  write(`${JSON.stringify({ ready: true, port: running.port })}\n`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void running.close())
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
