/** A gateway as its operators run it: the real command in a process of its own, killed and started again on the same data. */
import { readFileSync } from 'node:fs'
import { createPlace, fromBundle, type PlaceOptions, type Serving } from '../holdfast-process.ts'

/** Nobody listens there: phones are led to a node, whatever the origin. */
export const origin = 'http://127.0.0.1:8443'

export type Node = {
  readonly directory: string
  port(): number
  adminPort(): number
  pid(): number
  pins(): readonly string[]
  output(): string
  /** Again on the same data, after {@link Node.kill} or {@link Node.ended}. */
  start(): Promise<void>
  /** SIGKILL, at once: this may be called from any event. */
  readonly strike: () => void
  /** SIGKILL, and resolves when it is gone. */
  kill(): Promise<void>
  run(...args: string[]): Promise<void>
  /** A call of the admin API with the first operator's credentials; rejects unless it is answered with 200. */
  admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>
  clear(): void
}

export type NodeOptions = Pick<PlaceOptions, 'nodeArgs'> & {
  readonly config: Readonly<Record<string, unknown>>
  readonly args?: readonly string[]
  /** Whose credentials are used, when another node made the first operator. */
  readonly operatorOf?: Node
}

export function createNode({ config, args = [], nodeArgs = [], operatorOf }: NodeOptions): Node {
  const { policy = {}, ...others } = config as { policy?: object }
  const whole = {
    origin,
    listen: { port: 0 },
    admin: { port: 0 },
    data: './data',
    // Everybody here has one address.
    policy: { anonymousPerMinute: 1_000_000, ...policy },
    log: { level: 'error' },
    ...others,
  }
  // JSON is YAML too.
  const place = createPlace(JSON.stringify(whole), { nodeArgs, command: fromBundle })
  let serving: Serving | null = null

  function running(): Serving {
    if (serving === null) throw new Error('this node does not run')
    return serving
  }
  function authorization(): string {
    const directory = operatorOf?.directory ?? place.directory
    const { name, secret } = JSON.parse(readFileSync(`${directory}/data/operator.json`, 'utf8')) as {
      name: string
      secret: string
    }
    return `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
  }

  return {
    directory: place.directory,
    port: () => running().port,
    adminPort: () => running().adminPort,
    pid: () => running().pid,
    pins: () => running().pins,
    output: () => running().output(),
    async start(): Promise<void> {
      serving = await place.serve('--config', 'holdfast.yaml', ...args)
    },
    strike: () => void process.kill(running().pid, 'SIGKILL'),
    async kill(): Promise<void> {
      await running().stop('SIGKILL')
    },
    async run(...words: string[]): Promise<void> {
      const { code, err } = await place.run(...words)
      if (code !== 0) throw new Error(`holdfast ${words[0]} ended with ${code}: ${err}`)
    },
    async admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
      const answer = await fetch(`http://127.0.0.1:${running().adminPort}${path}`, {
        method,
        headers: { authorization: authorization(), 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
      return JSON.parse(text) as Record<string, unknown>
    },
    clear: () => place.clear(),
  }
}
