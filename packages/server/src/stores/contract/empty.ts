import type { DurableStore } from '../../store.ts'
import { auditEntry, enrolledDevice, name, t0 } from './facts.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'

const operator = () => ({ name: name('operator'), secretDigest: name('digest'), createdAt: t0 })

export function emptyStoreContract(
  nodes: () => Promise<readonly DurableStore[]>,
  { it, expect }: TestRunner,
): void {
  it('is pristine until the first device is enrolled, and never again', async () => {
    const store = nodeAt(await nodes(), 0)
    expect(await store.isPristine()).toBe(true)
    const device = await enrolledDevice(store)
    expect(await store.isPristine()).toBe(false)
    await store.revokeDevice(device.id, t0, auditEntry('device.revoked'))
    expect(await store.isPristine()).toBe(false)
  })

  it('lets one of 50 racers become the first operator', async () => {
    const results = await race(await nodes(), (store) =>
      store.addFirstOperator(operator(), auditEntry('operator.first')),
    )
    expect(tally(results)).toEqual({ true: 1, false: 49 })
    expect((await nodeAt(await nodes(), 0).listOperators()).length).toBe(1)
  })

  it('gives an operator name to one of 50 racers', async () => {
    const wanted = operator()
    const results = await race(await nodes(), (store, racer) =>
      store.addOperator({ ...wanted, secretDigest: `digest-${racer}` }, auditEntry('operator.added')),
    )
    expect(tally(results)).toEqual({ true: 1, false: 49 })
    const kept = await nodeAt(await nodes(), 0).findOperator(wanted.name)
    expect(kept?.secretDigest).toBe(`digest-${results.indexOf(true)}`)
    expect(await nodeAt(await nodes(), 0).findOperator(name('nobody'))).toBe(null)
  })

  it('never removes the last operators, whoever races', async () => {
    const store = nodeAt(await nodes(), 0)
    await store.addOperator(operator(), auditEntry('operator.added'))
    const names = (await store.listOperators()).map((one) => one.name)
    expect(names.length).toBe(3)
    expect(await store.removeOperator(name('nobody'), 1, auditEntry('operator.removed'))).toBe(false)
    expect(await store.removeOperator(names[0] ?? '', 3, auditEntry('operator.removed'))).toBe(false)
    const results = await race(await nodes(), (node, racer) =>
      node.removeOperator(names[racer % 3] ?? '', 1, auditEntry('operator.removed')),
    )
    expect(tally(results)).toEqual({ true: 2, false: 48 })
    expect((await store.listOperators()).length).toBe(1)
  })
}
