/** One gateway on a PostgreSQL database of its own, with a line between them, and the way to kill it at every statement. */
import { createNode, type Node, type NodeOptions } from './node.ts'
import { openScene, type Scene } from './scene.ts'
import { type Lined, openLinedDatabase } from './servers.ts'
import { outcomeOf } from './handset.ts'

export type World = { readonly scene: Scene; readonly node: Node; readonly database: Lined }

/** A claim whose node died is settled by its lease: short, or the phone would wait for it. Requests have to be shorter still. */
export const shortLease: Readonly<Record<string, unknown>> = {
  policy: { idempotency: { leaseSeconds: 2 } },
  limits: { requestMs: 400 },
  upstream: { timeoutMs: 1_500 },
}
/** How long the phone waits for it at most before it asks again. */
export const longestLeaseMs = 2_100

/** `config.upstream` is added to the scene's backend, everything else to the configuration. */
export async function openWorld(
  onEnd: (close: () => Promise<void>) => void,
  config: Readonly<Record<string, unknown>> = {},
  started: Pick<NodeOptions, 'args'> = {},
): Promise<World> {
  const scene = await openScene()
  const database = await openLinedDatabase()
  const store = { kind: 'postgres', url: database.url }
  const { upstream, ...others } = config as { upstream?: object }
  const upstreams = (scene.config['upstreams'] as object[]).map((known) => Object.assign({}, known, upstream))
  const node = createNode({ config: { ...scene.config, upstreams, store, ...others }, ...started })
  onEnd(async () => {
    node.clear()
    scene.close()
    await database.remove()
  })
  await node.start()
  return { scene, node, database }
}

export type Round = {
  readonly act: () => Promise<unknown>
  /** Once the gateway runs again. `outcome`: `done`, or the code the act was refused with. */
  readonly afterwards: (outcome: unknown) => Promise<void>
}

/** Ends the gateway at the nth of some kind of event from now. */
export type Trap = {
  readonly set: (n: number) => void | Promise<void>
  /** Takes it away; true when it has gone off. */
  readonly clear: () => boolean | Promise<boolean>
}

/** When PostgreSQL has answered the nth statement, and before the gateway hears it. */
export function statementTrap({ node, database }: World): Trap {
  return {
    set: (n) => database.line.afterStatement(n, node.strike),
    clear: () => database.line.disarm(),
  }
}

/**
 * Runs the act again and again, and the nth time the gateway is killed at the nth event, so that every state the act can
 * leave behind is met. Ends with the run that nothing happened to, and returns how often the gateway was killed.
 */
export async function killAtEvery(
  trap: Trap,
  node: Node,
  prepare: (n: number) => Promise<Round>,
): Promise<number> {
  for (let n = 1; ; n++) {
    const { act, afterwards } = await prepare(n)
    await trap.set(n)
    const outcome = await outcomeOf(act())
    const killed = await trap.clear()
    if (killed) await restart(node)
    else if (outcome !== 'done') throw new Error(`not killed, yet the act was refused: ${String(outcome)}`)
    await afterwards(outcome).catch((cause: unknown) => {
      throw new Error(`round ${n}, ${killed ? 'killed' : 'not killed'}: ${node.output().slice(-3000)}`, {
        cause,
      })
    })
    if (!killed) return n - 1
  }
}

/** kill -9, and up again on what is on disk. */
export async function restart(node: Node): Promise<void> {
  await node.kill()
  await node.start()
}
