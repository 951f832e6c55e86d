/** A deployment somewhere as a target: only what an outsider and a friendly operator can reach. */
import { adminAnswer, adminOf, readOperator, readText } from './admin.ts'
import { paced } from './pace.ts'
import { type Address, exchange } from './raw.ts'
import { sender, type Target } from './target.ts'

export type DeploymentOptions = {
  /** The public origin. */
  readonly target: string
  /** The admin listener. */
  readonly admin: string
  /** File with an operator's name and secret, as the gateway writes it. */
  readonly credentials: string
  /** The readable outbox with the one-time texts. */
  readonly outbox: string
  /** A path below which reading is open; `/open` unless given. */
  readonly openPath?: string
}

function addressOf(url: string): Address {
  const { protocol, hostname, port } = new URL(url)
  const tls = protocol === 'https:'
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (tls ? 443 : 80)), tls }
}

function unavailable(): never {
  throw new Error('this cannot be done to a deployment')
}

export async function openDeployment(options: DeploymentOptions): Promise<Target> {
  const operator = await readOperator(options.credentials)
  const direct = sender(() => addressOf(options.target))
  return {
    ...direct,
    send: paced(direct.send, (ms) => new Promise((resolve) => setTimeout(resolve, ms))),
    ...adminOf(
      () => addressOf(options.admin),
      () => operator,
    ),
    origin: new URL(options.target).origin,
    openPath: options.openPath ?? '/open',
    backend: null,
    sendAdmin: async (request) => adminAnswer(await exchange(addressOf(options.admin), request)),
    adminHost: () => new URL(options.admin).host,
    lastText: (sendTo) => readText(options.outbox, sendTo),
    sendElsewhere: unavailable,
    crash: unavailable,
    restart: unavailable,
    divert: unavailable,
    mutualAddress: unavailable,
    wipeNonces: unavailable,
    publicWords: unavailable,
    files: unavailable,
    outbox: unavailable,
    dump: unavailable,
    query: unavailable,
    load: unavailable,
    neighbour: unavailable,
    close: async () => undefined,
  }
}
