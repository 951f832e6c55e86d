/** kill -9 at writes of the embedded database, then up again on the same directory. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { it, vi } from 'vitest'
import { createCluster } from '../../../server/test/cluster.ts'
import { activate, devicesOf, type Handset, newHandset, outcomeOf, refresh } from './handset.ts'
import { createNode, type Node } from './node.ts'
import { openScene, type Scene } from './scene.ts'
import { killAtEvery, type Trap } from './world.ts'

const saboteur = fileURLToPath(new URL('saboteur.mjs', import.meta.url))
process.env['NODE_OPTIONS'] = `--import=${saboteur}`
const longMs = 300_000

type World = {
  readonly node: Node
  readonly scene: Scene
  readonly trap: Trap
  /** A phone whose waiting takes no time: the clocks of the gateway and its own go on instead. */
  handset(user?: string): Handset
}

async function openWorld(onEnd: (close: () => void) => void): Promise<World> {
  const scene = await openScene()
  // PostgreSQL is compiled once for each process, which soon ends, and not a second time for speed.
  const nodeArgs = ['--liftoff-only']
  const node = createNode({ config: { ...scene.config, store: { kind: 'embedded' } }, nodeArgs })
  onEnd(() => {
    node.clear()
    scene.close()
  })
  await createCluster(`${node.directory}/data/database`)
  await node.start()
  let number = 0
  let aheadMs = 0

  /** Resolves when the gateway has taken it over. */
  async function tell(killAtWrite: number): Promise<void> {
    const text = `fault ${++number}\n`
    writeFileSync(`${node.directory}/fault.json`, JSON.stringify({ number, aheadMs, killAtWrite }))
    process.kill(node.pid(), 'SIGUSR2')
    await vi.waitFor(
      () => {
        if (!node.output().includes(text)) throw new Error('not heard yet')
      },
      { timeout: 20_000, interval: 2 },
    )
  }
  const lives = async (): Promise<boolean> =>
    node.admin('GET', '/admin/operators').then(
      () => true,
      () => false,
    )
  return {
    node,
    scene,
    trap: {
      set: tell,
      async clear(): Promise<boolean> {
        if (!(await lives())) return true
        await tell(0)
        return false
      },
    },
    handset(user?: string): Handset {
      const handset: Handset = newHandset(node, scene, {
        ...(user === undefined ? {} : { user }),
        async sleep(ms: number): Promise<void> {
          // Only waits that the service asked for: there is none it could ask for while it is dead.
          if (ms < 1000) return
          aheadMs += ms
          await tell(0)
          handset.phone.clock.advance(ms)
        },
      })
      return handset
    },
  }
}

it.concurrent(
  'the embedded database is killed while a phone enrols: one device for each code, and the phone ends bound',
  async ({ expect, onTestFinished }) => {
    const world = await openWorld(onTestFinished)
    const { node } = world
    const ways = new Set<string>()
    const kills = await killAtEvery(world.trap, node, async () => {
      const handset = world.handset()
      const code = await activate(node, handset)
      return {
        act: () => handset.bind(code),
        async afterwards(): Promise<void> {
          ways.add(await handset.bind(code))
          await (await (await handset.app().unlock()).fetch('/balance')).text()
          expect(await outcomeOf(world.handset(handset.user).bind(code))).toBe('activation_refused')
          expect(await devicesOf(node, handset.user)).toMatchObject([{ revoked: null }])
        },
      }
    })
    expect(kills).toBeGreaterThan(3)
    expect(ways).toEqual(new Set(['resumed', 'begun again']))
  },
  longMs,
)

it.concurrent(
  'the embedded database is killed while a session is refreshed: the session lives on',
  async ({ expect, onTestFinished }) => {
    const world = await openWorld(onTestFinished)
    const { node } = world
    const handset = world.handset()
    await handset.enrol()
    const session = await handset.app().unlock()
    const kills = await killAtEvery(world.trap, node, async () => ({
      act: async () => (await refresh(handset, session)).text(),
      async afterwards(): Promise<void> {
        for (const _ of [1, 2]) expect((await refresh(handset, session)).status).toBe(200)
      },
    }))
    expect(kills).toBeGreaterThan(0)
    const { entries } = await node.admin('GET', '/admin/audit?limit=1000')
    expect(entries).not.toContainEqual(expect.objectContaining({ action: 'session.reuse_detected' }))
  },
  longMs,
)
