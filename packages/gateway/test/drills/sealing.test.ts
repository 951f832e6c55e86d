/**
 * Sealing keys of several gateways, each request led to any of them: keys are rotated, a gateway is killed, suites come and go,
 * and no phone notices but one that can do none of the suites that are left.
 */
import {
  type CryptoPort,
  decodeJws,
  fromBase64url,
  parseKeyConfiguration,
  type SealingSuite,
  type ServiceStatement,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { postgresReachable } from '../faults/servers.ts'
import { type Fleet, more, startFleet, wait } from './fleet.ts'
import { openProcesses, type Processes } from './processes.ts'
import { get } from './stage.ts'

const reachable = await postgresReachable()
const phones = 4
const classicCrypto: CryptoPort = { ...nodeCrypto, hpke: { ...nodeCrypto.hpke, suites: ['x25519'] } }
/** What a phone cannot do that knows none of the suites on offer. */
const unsealable = { sealed: 'sealing_unavailable', paid: 'sealing_unavailable' }

type Drill = { readonly service: Processes; readonly hybrid: Fleet; readonly classic: Fleet }

/** The keys each gateway offers. */
function offers({ gateways }: Processes): Promise<string[][]> {
  return Promise.all(
    gateways.map(async (gateway) => {
      const { text } = await get(gateway, '/.well-known/holdfast')
      const statement = decodeJws('hf-statement+jwt', text)?.payload as ServiceStatement | undefined
      return (statement?.sealing ?? []).map(({ config }) => config)
    }),
  )
}

async function rotate(service: Processes): Promise<void> {
  const [before] = await offers(service)
  await service.rotateSealing()
  await vi.waitFor(async () => {
    const [first, ...others] = await offers(service)
    expect(first).not.toEqual(before)
    for (const other of others) expect(other).toEqual(first)
  }, wait)
}

/** A new configuration, taken over by one gateway after the other. */
async function move(service: Processes, suites: readonly SealingSuite[]): Promise<void> {
  service.configure({ sealing: { suites } })
  for (let left = service.gateways.length; left > 0; left--) await service.restart('SIGTERM')
  await vi.waitFor(async () => {
    for (const configs of await offers(service))
      expect(configs.map((config) => parseKeyConfiguration(fromBase64url(config))?.suite)).toEqual(suites)
  }, wait)
}

const failures = ({ failed }: Fleet): string =>
  JSON.stringify(Object.fromEntries([...new Set(failed)].map((one) => [one, count(failed, one)])))
const count = (all: readonly string[], one: string): number => all.filter((other) => other === one).length

async function drill(
  name: string,
  { nodes, suites }: { readonly nodes: number; readonly suites: readonly SealingSuite[] },
  act: (drill: Drill) => Promise<void>,
): Promise<void> {
  const service = await openProcesses({ sealing: { suites } }, nodes)
  onTestFinished(() => service.close())
  const wanted = { size: phones / 2, rounds: 3, sealed: true }
  const hybrid = await startFleet(service, service.pins, wanted)
  const classic = await startFleet(service, service.pins, { ...wanted, crypto: classicCrypto })
  try {
    await act({ service, hybrid, classic })
  } finally {
    await Promise.all([hybrid, classic].map((fleet) => fleet.stop()))
  }
  for (const [kind, fleet] of Object.entries({ hybrid, classic }))
    console.log(
      `${name}, ${kind} phones: ${JSON.stringify(fleet.done)}, ${fleet.interrupted.size} interrupted, failed ${failures(fleet)}`,
    )
  expect(hybrid.failed).toEqual([])
  for (const key of [...hybrid.writes, ...classic.writes]) expect(service.runs(key), key).toBe(1)
  expect([...service.executions].filter(([, runs]) => runs !== 1)).toEqual([])
}

describe.skipIf(!reachable)(
  'sealing on several gateways on PostgreSQL (skipped when HOLDFAST_TEST_POSTGRES is unreachable)',
  () => {
    it('three gateways: rotations, and one of them killed', { timeout: 180_000 }, async () => {
      const wanted = { nodes: 3, suites: ['x-wing', 'x25519'] } as const
      await drill('sealing, three gateways', wanted, async ({ service, hybrid, classic }) => {
        const both = async (): Promise<unknown> => Promise.all([more(hybrid), more(classic)])
        const interrupted = (): number => hybrid.interrupted.size + classic.interrupted.size
        await both()
        await rotate(service)
        await rotate(service)
        await both()
        expect(interrupted()).toBe(0)
        await service.restart('SIGKILL')
        await rotate(service)
        await both()
        expect(classic.failed).toEqual([])
        // Each phone, and each of the two who enrol, had one act under way.
        expect(interrupted()).toBeLessThanOrEqual(phones + 2)
      })
    })

    it('two gateways: suites come and go', { timeout: 180_000 }, async () => {
      const wanted = { nodes: 2, suites: ['x25519'] } as const
      await drill('sealing, two gateways', wanted, async ({ service, hybrid, classic }) => {
        const both = async (lost = {}): Promise<unknown> => Promise.all([more(hybrid), more(classic, lost)])
        await both()
        await move(service, ['x-wing', 'x25519'])
        await rotate(service)
        await both()
        await move(service, ['x-wing'])
        await vi.waitFor(() => {
          for (const [what, code] of Object.entries(unsealable))
            expect(classic.failed).toContain(`${what}: ${code}`)
        }, wait)
        await both(unsealable)
        await move(service, ['x25519'])
        await both(unsealable)
        const before = classic.failed.length
        const { sealed = 0, paid = 0 } = classic.done
        await both(unsealable)
        expect(classic.failed).toHaveLength(before)
        expect(classic.done['sealed']).toBeGreaterThan(sealed)
        expect(classic.done['paid']).toBeGreaterThan(paid)
        expect([...hybrid.interrupted, ...classic.interrupted]).toEqual([])
      })
    })
  },
)
