import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createCluster } from '../test/cluster.ts'
import { bindPhone, createStage, refusal, type Stage } from '../test/stage.ts'
import { type TestMemory, wipeMemory } from '../test/wipe-memory.ts'
import type { Deployment } from './deployment.ts'
import { createServer } from './server.ts'
import { createShares, type ProvedHolding } from './share.ts'
import type { DeviceRecord, DurableStore } from './store.ts'
import { openEmbedded } from './stores/sql/embedded.ts'
import { createWipeGuard } from './wipe-memory.ts'

const way = 'the-way-in-of-this-test'
const by = (held: number): ProvedHolding => ({ held, askedAt: 0 })

async function boundDevice(stage: Stage, user?: string): Promise<DeviceRecord> {
  const found = await stage.deployment.store.findDevice((await bindPhone(stage, user)).device)
  if (found === null) throw new Error('the device is bound')
  return found
}

describe('a database that was put back from a backup', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-restore-'))
  let opened: Awaited<ReturnType<typeof openEmbedded>>
  let store: DurableStore
  let stage: Stage
  let memory: TestMemory
  let serving: Deployment
  let wiped: DeviceRecord
  let other: DeviceRecord
  let unused: DeviceRecord

  const tables = ['share', 'vault_mark', 'wipe_count', 'document']
  const run = async (statement: string): Promise<void> => void (await sql.raw(statement).execute(opened.db))

  beforeAll(async () => {
    await createCluster(path.join(folder, 'data'))
    opened = await openEmbedded({ directory: path.join(folder, 'data') })
    store = opened.store
    stage = await createStage({}, { store })
  }, 60_000)
  afterAll(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })

  /** Its rows are copied, then a device is wiped, then the copies are put back. */
  beforeEach(async () => {
    memory = wipeMemory()
    serving = { ...stage.deployment, wipeMemory: memory }
    // Whatever the test before left to decide.
    await run(`delete from document where name = 'shares.restored'`)
    const user = randomUUID()
    wiped = await boundDevice(stage, user)
    other = await boundDevice(stage, user)
    unused = await boundDevice(stage, user)
    const shares = createShares(serving)
    for (const device of [wiped, other]) await shares.release(device, way, by(0))
    for (const table of tables) await run(`create table old_${table} as table ${table}`)
    await shares.wipe(wiped.id, 'admin')
    for (const table of tables) {
      await run(`delete from ${table}`)
      await run(`insert into ${table} select * from old_${table}`)
      await run(`drop table old_${table}`)
    }
  })

  test('gives out no share at all until an operator decides; and without the memory it would', async () => {
    const shares = createShares(serving)
    for (const device of [wiped, other])
      expect(await refusal(shares.release(device, way, by(1)))).toBe('share_unavailable')
    const server = await createServer(serving)
    await server.close()
    expect(await refusal(shares.release(wiped, way, by(1)))).toBe('share_unavailable')
    // The test can fail: the row of the wiped device is there again.
    const { wipeMemory: _memory, ...forgetful } = serving
    expect(await createShares(forgetful).release(wiped, way, by(1))).toMatchObject({ number: 1 })
  })

  test('`forget` deletes every share in it, for good', async () => {
    const guard = createWipeGuard(serving)
    expect(await guard.accept('forget', 'admin')).toBe(true)
    const shares = createShares(serving)
    for (const device of [wiped, other])
      for (const held of [0, 1])
        expect(await refusal(shares.release(device, way, by(held)))).toBe('share_gone')
    expect(await shares.release(unused, way, by(0))).toMatchObject({ number: 0 })
    expect(memory.kept()).toBe(await store.wipeCount())
  })

  test('is not forgotten over the deletions that follow', async () => {
    const shares = createShares(serving)
    expect(await refusal(shares.release(wiped, way, by(1)))).toBe('share_unavailable')
    for (const device of [other, unused]) await shares.wipe(device.id, 'admin')
    expect(await store.wipeCount()).toBe(memory.kept())
    for (const memories of [memory, wipeMemory()])
      expect(
        await refusal(createShares({ ...serving, wipeMemory: memories }).release(wiped, way, by(1))),
      ).toBe('share_unavailable')
    await shares.wipe(wiped.id, 'admin')
    expect(await createWipeGuard(serving).accept('keep', 'admin')).toBe(true)
    expect(await refusal(shares.release(wiped, way, by(1)))).toBe('share_gone')
  })

  test('`keep` goes on with what is there', async () => {
    const guard = createWipeGuard(serving)
    expect(await guard.accept('keep', 'admin')).toBe(true)
    expect(await guard.accept('keep', 'admin')).toBe(false)
    const shares = createShares(serving)
    expect(await shares.release(other, way, by(1))).toMatchObject({ number: 1 })
    await shares.wipe(wiped.id, 'admin')
    expect(await refusal(shares.release(wiped, way, by(1)))).toBe('share_gone')
    const entry = (await store.readAudit({ limit: 1000 })).findLast(
      ({ action }) => action === 'shares.restored',
    )
    expect(entry).toMatchObject({ actor: 'admin', detail: { decision: 'keep' } })
  })
})

describe('the memory', () => {
  let stage: Stage
  let memory: TestMemory
  beforeEach(async () => {
    memory = wipeMemory()
    stage = await createStage({}, { wipeMemory: memory })
  })

  test('begins with what the store counts, and follows it', async () => {
    expect(memory.kept()).toBeNull()
    const server = await createServer(stage.deployment)
    expect(memory.kept()).toBe(0)
    const { id } = await boundDevice(stage)
    await server.devices.revoke(id, 'admin')
    expect(memory.kept()).toBe(1)
    const second = await boundDevice(stage)
    // Wiped by another node, with a memory of its own.
    await createShares({ ...stage.deployment, wipeMemory: wipeMemory() }).wipe(second.id, 'admin')
    await createWipeGuard(stage.deployment).check()
    expect(memory.kept()).toBe(2)
    await server.close()
  })

  test('decides nothing where nothing was put back', async () => {
    const guard = createWipeGuard(stage.deployment)
    const device = await boundDevice(stage)
    const shares = createShares(stage.deployment)
    await shares.release(device, way, by(0))
    expect(await guard.accept('forget')).toBe(false)
    expect(await shares.release(device, way, by(1))).toMatchObject({ number: 1 })
  })

  test('of two nodes is settled by one decision', async () => {
    const ahead = wipeMemory()
    await ahead.write(7)
    await memory.write(7)
    const guards = [ahead, memory].map((one) => createWipeGuard({ ...stage.deployment, wipeMemory: one }))
    for (const guard of guards) expect(await refusal(guard.check())).toBe('share_unavailable')
    expect(await guards[0]?.accept('keep')).toBe(true)
    for (const guard of guards) expect(await refusal(guard.check())).toBe('none')
  })

  test('is not needed: without one nothing is noticed, and nothing asked', async () => {
    const { wipeMemory: _memory, ...without } = stage.deployment
    const guard = createWipeGuard(without)
    expect(await refusal(guard.check())).toBe('none')
    expect(await guard.accept('forget')).toBe(false)
  })
})
