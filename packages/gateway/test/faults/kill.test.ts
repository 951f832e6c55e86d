/** kill -9 at every statement of every act that must not be done by halves, then up again on the same PostgreSQL. */
import { describe, it } from 'vitest'
import { nodeNetwork } from '@holdfast/client/node'
import type { Session } from '@holdfast/client'
import { activate, codeOf, devicesOf, type Handset, newHandset, outcomeOf, refresh } from './handset.ts'
import { postgresReachable } from './servers.ts'
import {
  killAtEvery,
  longestLeaseMs,
  openWorld,
  restart,
  shortLease,
  statementTrap,
  type World,
} from './world.ts'

const reachable = await postgresReachable()
const longMs = 300_000

async function boundHandset({ node, scene }: World, user?: string): Promise<Handset> {
  const handset = newHandset(node, scene, user === undefined ? {} : { user })
  await handset.enrol()
  return handset
}

const read = async (session: Session): Promise<void> => void (await (await session.fetch('/balance')).text())

async function auditActions({ node }: World): Promise<string[]> {
  const { entries } = await node.admin('GET', '/admin/audit?limit=1000')
  return (entries as Array<{ action: string }>).map(({ action }) => action)
}

describe.skipIf(!reachable)(
  'kill -9 on PostgreSQL (skipped when HOLDFAST_TEST_POSTGRES is unreachable)',
  () => {
    it.concurrent(
      'enrolment: one device for each code, and every honest phone ends bound',
      async ({ expect, onTestFinished }) => {
        const world = await openWorld(onTestFinished)
        const { node, scene } = world
        const ways: string[] = []

        async function onlyOneDevice(handset: Handset, code: string): Promise<void> {
          expect(await handset.app().status()).toBe('enrolled')
          await read(await handset.app().unlock())
          const thief = newHandset(node, scene, { user: handset.user })
          expect(await outcomeOf(thief.bind(code))).toBe('activation_refused')
          expect(await devicesOf(node, handset.user)).toMatchObject([{ revoked: null }])
        }

        const kills = await killAtEvery(statementTrap(world), world.node, async () => {
          const handset = newHandset(node, scene)
          const code = await activate(node, handset)
          return {
            act: () => handset.bind(code),
            async afterwards(): Promise<void> {
              ways.push(await handset.bind(code))
              await onlyOneDevice(handset, code)
            },
          }
        })
        expect(kills).toBeGreaterThan(12)
        expect(new Set(ways)).toEqual(new Set(['resumed', 'begun again']))

        // The text is out, and nobody was told: the phone asks again and the same text comes once more.
        const handset = newHandset(node, scene)
        const code = await activate(node, handset)
        scene.onText = node.strike
        expect(await outcomeOf(handset.bind(code))).toBe('network_unreachable')
        scene.onText = () => undefined
        await restart(node)
        expect(await handset.bind(code)).toBe('resumed')
        expect(new Set(scene.textsTo(handset.sendTo)).size).toBe(1)
        await onlyOneDevice(handset, code)
      },
      longMs,
    )

    it.concurrent(
      'unlock and refresh: the phone ends with a session that lives, and is never taken for a thief',
      async ({ expect, onTestFinished }) => {
        const world = await openWorld(onTestFinished)
        const handset = await boundHandset(world)

        const unlocks = await killAtEvery(statementTrap(world), world.node, async () => ({
          act: () => handset.app().unlock(),
          afterwards: async () => read(await handset.app().unlock()),
        }))
        expect(unlocks).toBeGreaterThan(3)

        const session = await handset.app().unlock()
        const refreshes = await killAtEvery(statementTrap(world), world.node, async () => ({
          act: async () => (await refresh(handset, session)).text(),
          async afterwards(): Promise<void> {
            // What is owed is asked for with the same bytes; then the session goes on as if nothing had been.
            for (const _ of [1, 2]) expect((await refresh(handset, session)).status).toBe(200)
          },
        }))
        expect(refreshes).toBeGreaterThan(6)
        expect(await auditActions(world)).not.toContain('session.reuse_detected')
      },
      longMs,
    )

    it.concurrent(
      'revoke: what was answered holds, and what was not is whole or not at all',
      async ({ expect, onTestFinished }) => {
        const world = await openWorld(onTestFinished)
        const { node } = world

        async function dead(handset: Handset, session: Session): Promise<void> {
          expect(await outcomeOf(read(session))).toBe('device_revoked')
          expect(await outcomeOf(handset.app().unlock())).toBe('device_revoked')
        }
        async function victim(): Promise<{ handset: Handset; session: Session; id: string }> {
          const handset = await boundHandset(world)
          const session = await handset.app().unlock()
          await read(session)
          const [device] = await devicesOf(node, handset.user)
          return { handset, session, id: device?.id ?? '' }
        }
        const revoke = (id: string): Promise<unknown> => node.admin('POST', `/admin/devices/${id}/revoke`, {})

        const states = new Set<boolean>()
        const kills = await killAtEvery(statementTrap(world), world.node, async () => {
          const { handset, session, id } = await victim()
          return {
            act: () => revoke(id),
            async afterwards(): Promise<void> {
              const revoked = (await devicesOf(node, handset.user))[0]?.revoked !== null
              states.add(revoked)
              if (!revoked) {
                await read(session)
                await revoke(id)
              }
              await dead(handset, session)
            },
          }
        })
        expect(kills).toBeGreaterThan(4)
        expect(states).toEqual(new Set([true, false]))

        const { handset, session, id } = await victim()
        const other = await boundHandset(world, handset.user)
        await (await other.app().unlock()).removeDevice(id)
        await restart(node)
        await dead(handset, session)
        await read(await other.app().unlock())
      },
      longMs,
    )

    it.concurrent(
      'a write in flight: never run twice, and what was answered stays answered',
      async ({ expect, onTestFinished }) => {
        const world = await openWorld(onTestFinished, shortLease)
        const { node, scene } = world
        const handset = newHandset(node, scene, {
          sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, longestLeaseMs))),
        })
        await handset.enrol()
        const session = await handset.app().unlock()
        let keys = 0

        function write(key: string): Promise<{ run: number }> {
          const act = async (): Promise<{ run: number }> => {
            const answer = await session.fetch('/transfers', {
              method: 'POST',
              body: '{}',
              idempotencyKey: key,
            })
            return (await answer.json()) as { run: number }
          }
          return act()
        }
        async function settled(key: string): Promise<string> {
          const outcome = await write(key).then(
            ({ run }) => `run ${run}`,
            (error: unknown) => String(codeOf(error)),
          )
          expect(scene.runs(key)).toBeLessThanOrEqual(1)
          expect(outcome).toBe(outcome === 'outcome_unknown' ? outcome : 'run 1')
          if (outcome === 'run 1') expect(scene.runs(key)).toBe(1)
          return outcome
        }

        const outcomes = new Set<string>()
        const kills = await killAtEvery(statementTrap(world), world.node, async () => {
          const key = `a-write-in-flight-${keys++}`
          return {
            act: () => write(key),
            afterwards: async () => void outcomes.add(await settled(key)),
          }
        })
        expect(kills).toBeGreaterThan(2)
        expect(outcomes).toEqual(new Set(['run 1', 'outcome_unknown']))

        // The backend has it and has not answered.
        const key = `a-write-in-flight-${keys++}`
        scene.onRequest = node.strike
        expect(await outcomeOf(write(key))).toBe('network_unreachable')
        scene.onRequest = () => undefined
        await restart(node)
        expect(await settled(key)).toBe('outcome_unknown')
        expect(await settled(key)).toBe('outcome_unknown')
        expect(scene.runs(key)).toBe(1)
      },
      longMs,
    )

    it.concurrent(
      'a signature accepted before is a replay afterwards',
      async ({ expect, onTestFinished }) => {
        const world = await openWorld(onTestFinished)
        const handset = await boundHandset(world)
        await read(await handset.app().unlock())
        const accepted = handset.phone.network.exchanges.at(-1)?.request
        if (accepted === undefined) throw new Error('nothing was sent')
        await restart(world.node)
        const seen = world.scene.received.length
        const answer = await nodeNetwork({
          ...accepted,
          url: accepted.url.replace(/^http:..[^/]+/, `http://127.0.0.1:${world.node.port()}`),
          fields: [...accepted.fields, ['host', new URL(accepted.url).host]],
          timeoutMs: 10_000,
          timeoutCovers: 'answer',
        })
        const names = answer.rawFields.map((name) => name.toLowerCase())
        expect(answer.rawFields[names.indexOf('holdfast-error') + 1]).toBe('replayed')
        expect(world.scene.received.length).toBe(seen)
      },
      longMs,
    )
  },
)
