/** A gateway of the suite's own: the real command line, on ports of the system's choice. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { giveBack, killHost, takeHost, tell } from './hosts.ts'
import { packageFile } from './product.ts'

export type Ready = {
  readonly port: number
  readonly adminPort: number
  /** File with the first operator's name and secret. */
  readonly credentials: string
}
export type GatewayProcess = {
  readonly ready: Ready
  /** Everything it has written. */
  words(): string
  /** SIGKILL: no farewell, no flush. */
  kill(): Promise<void>
  /** When nobody needs it any more. */
  end(): Promise<void>
}

const startMs = 30_000
/** One that still answers somebody is not waited for. */
const endMs = 1_000

export type GatewayStart = {
  /** Holds the packages. */
  readonly directory: string
  readonly home: string
  /** Written as JSON, which is YAML too. */
  readonly config: Readonly<Record<string, unknown>>
  /** Of node. */
  readonly flags: readonly string[]
}

export async function startGateway({
  directory,
  home,
  config,
  flags,
}: GatewayStart): Promise<GatewayProcess> {
  const file = join(home, 'holdfast.yaml')
  await writeFile(file, JSON.stringify(config, null, 2))
  const host = takeHost(flags)
  const before = host.said().length
  const words = (): string => host.said().slice(before)
  const kill = (): Promise<void> => killHost(host)
  try {
    const cli = packageFile(directory, 'gateway/terminal/cli.js')
    const said = (await tell(host, { cli, config: file }, startMs)) as { ready?: true } & Ready
    if (said.ready === undefined) throw new Error('did not start')
    return {
      ready: said,
      words,
      kill,
      end: () => tell(host, 'end', endMs).then(() => giveBack(host), kill),
    }
  } catch (error) {
    await kill()
    const { message } = error as Error
    throw new Error(`the gateway ${message}: ${words().slice(-2000)}`, { cause: error })
  }
}
