/**
 * A program that runs `holdfast serve` when it is told to, says on standard output when that has ended, and can be told again: Node, the
 * libraries and every package that two gateways have in common are loaded once.
 */
import { pathToFileURL } from 'node:url'
import type { Order } from './hosts.ts'

type CommandLine = { readonly main: (args: readonly string[]) => Promise<number> }

const signals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP']

async function serve({ cli, config }: Extract<Order, object>): Promise<void> {
  const { main } = (await import(pathToFileURL(cli).href)) as CommandLine
  const ended = await main(['serve', '--config', config, '--json'])
  // A gateway listens for signals as long as its process lives: the next one is not for those before.
  for (const signal of signals) process.removeAllListeners(signal)
  process.stdout.write(`${JSON.stringify({ ended })}\n`)
}

process.on('message', (order: Order) => {
  if (order === 'end') process.emit('SIGTERM', 'SIGTERM')
  else void serve(order)
})
// Whoever gave the orders is gone.
process.on('disconnect', () => process.exit())
// Each copy of the packages has modules of its own, and each of them listens here once.
for (const emitter of [process, process.stdout]) emitter.setMaxListeners(0)
