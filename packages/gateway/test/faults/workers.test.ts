/** Two processes behind one port on PostgreSQL, one of which is killed with writes under way. */
import { execFileSync } from 'node:child_process'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Session } from '@holdfast/client'
import { codeOf, newHandset } from './handset.ts'
import type { Node } from './node.ts'
import { postgresReachable } from './servers.ts'
import { longestLeaseMs, openWorld, shortLease } from './world.ts'

const reachable = await postgresReachable()
const writes = 10

/** Process ids of the workers: children of the process that was started. */
function workersOf(node: Node): number[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === node.pid())
    .map(([pid]) => pid as number)
}

/** How many workers have said so far that they listen. */
function listening(node: Node): number {
  return node.output().split('"msg":"listening"').length - 1
}

describe.skipIf(!reachable)(
  'workers on PostgreSQL (skipped when HOLDFAST_TEST_POSTGRES is unreachable)',
  () => {
    it('one is killed with writes under way: it is replaced, no write is lost and none runs twice', async () => {
      const config = { ...shortLease, log: { level: 'info' } }
      const { node, scene } = await openWorld(onTestFinished, config, { args: ['--workers', '2'] })
      const before = workersOf(node)
      expect(before).toHaveLength(2)
      const handset = newHandset(node, scene, {
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, longestLeaseMs))),
      })
      await handset.enrol()
      const session = await handset.app().unlock()

      const keys = Array.from({ length: writes }, (_, i) => `a-write-with-workers-${i}`)
      const write = (open: Session, idempotencyKey: string): Promise<string> =>
        open
          .fetch('/transfers', { method: 'POST', body: '{}', idempotencyKey })
          .then(async (answer) => `run ${((await answer.json()) as { run: number }).run}`)
          .catch((error: unknown) => String(codeOf(error)))

      // The backend holds every answer until all have arrived and one worker is gone.
      let release = (): void => undefined
      const struck = new Promise<void>((resolve) => {
        release = resolve
      })
      scene.onRequest = () => {
        if (scene.received.filter(({ method }) => method === 'POST').length === writes) {
          process.kill(before[0] as number, 'SIGKILL')
          release()
        }
        return struck
      }
      const first = await Promise.all(keys.map((key) => write(session, key)))

      // Each worker had some: those of the one that lived are answered, of the others nobody knows, and none ran twice.
      expect(new Set(first)).toEqual(new Set(['run 1', 'outcome_unknown']))
      expect(keys.map((key) => scene.runs(key))).toEqual(keys.map(() => 1))
      expect(await Promise.all(keys.map((key) => write(session, key)))).toEqual(first)
      expect(keys.map((key) => scene.runs(key))).toEqual(keys.map(() => 1))

      await vi.waitFor(() => expect(listening(node)).toBe(3), { timeout: 60_000, interval: 50 })
      const after = workersOf(node)
      expect(after).toHaveLength(2)
      expect(after).toContain(before[1])

      // The new one serves: the other is killed too.
      process.kill(before[1] as number, 'SIGKILL')
      const again = await vi.waitFor(
        async () => {
          const outcome = await write(session, 'a-write-with-the-new-worker')
          if (outcome !== 'run 1') throw new Error(outcome)
          return outcome
        },
        { timeout: 60_000, interval: 100 },
      )
      expect(again).toBe('run 1')
      expect(scene.runs('a-write-with-the-new-worker')).toBe(1)
    })

    it('the primary is killed: no worker goes on without it, and the next start serves', async () => {
      const { node, scene } = await openWorld(onTestFinished, {}, { args: ['--workers', '2'] })
      const handset = newHandset(node, scene)
      await handset.enrol()
      const workers = workersOf(node)
      expect(workers).toHaveLength(2)
      await node.kill()
      for (const pid of workers)
        await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), {
          timeout: 20_000,
          interval: 20,
        })
      await node.start()
      expect((await (await handset.app().unlock()).fetch('/balance')).status).toBe(200)
    })
  },
)
