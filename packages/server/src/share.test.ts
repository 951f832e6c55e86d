import { beforeEach, describe, expect, test } from 'vitest'
import { bindPhone, createStage, fifty, refusal, type Stage, tally } from '../test/stage.ts'
import { wipeMemory } from '../test/wipe-memory.ts'
import { createDevices } from './device.ts'
import { createShares, type ProvedHolding, type Shares } from './share.ts'
import type { DeviceRecord, DurableStore } from './store.ts'

let stage: Stage
let shares: Shares
let device: DeviceRecord
const way = 'the-way-in-of-this-test'
const by = (held: number): ProvedHolding => ({ held, askedAt: stage.deployment.clock.now() })

async function boundDevice(): Promise<DeviceRecord> {
  const found = await stage.deployment.store.findDevice((await bindPhone(stage)).device)
  if (found === null) throw new Error('the device is bound')
  return found
}
beforeEach(async () => {
  stage = await createStage()
  shares = createShares(stage.deployment)
  device = await boundDevice()
})

const actions = async (): Promise<string[]> =>
  (await stage.deployment.store.readAudit({ limit: 1000 })).map(({ action }) => action)

describe('release', () => {
  test('gives 256 random bits, the next ones each time the device moved on', async () => {
    const first = await shares.release(device, way, by(0))
    expect(first).toMatchObject({ number: 0, share: null, mark: 0, next_mark: 1 })
    expect(Buffer.from(first.next_share, 'base64url')).toHaveLength(32)
    // Not wrapped yet: the same again.
    expect(await shares.release(device, way, by(0))).toEqual({ ...first, next_mark: 2 })
    const second = await shares.release(device, way, by(1))
    expect(second).toMatchObject({ number: 1, share: first.next_share, next_mark: 3 })
    expect(second.next_share).not.toBe(first.next_share)
    expect((await shares.release(device, 'another-way', by(0))).next_share).not.toBe(first.next_share)
    expect((await shares.release(await boundDevice(), way, by(0))).next_share).not.toBe(first.next_share)
  })

  test('suspends a device that holds an older one than it had, and says why', async () => {
    await shares.release(device, way, by(0))
    await shares.release(device, way, by(1))
    const outcomes = await tally(fifty(() => shares.release(device, way, by(0))))
    expect(outcomes).toEqual({ clone_suspected: 50 })
    expect((await actions()).filter((action) => action === 'device.clone_suspected')).toHaveLength(1)
    const found = await stage.deployment.store.findDevice(device.id)
    expect(found?.suspendedFor).toBe('clone')
    expect(await refusal(shares.release(device, way, by(1)))).toBe('identity_proof_required')
  })

  test('gives up no phone for an unlock of its own that was late', async () => {
    const late = by(0)
    stage.pass(1)
    await shares.release(device, way, by(0))
    await shares.release(device, way, by(1))
    expect(await tally(fifty(() => shares.release(device, way, late)))).toEqual({ grant_refused: 50 })
    expect((await stage.deployment.store.findDevice(device.id))?.suspendedFor).toBeNull()
    expect(await shares.release(device, way, by(1))).toMatchObject({ number: 1 })
    stage.pass(1)
    expect(await refusal(shares.release(device, way, by(0)))).toBe('clone_suspected')
  })

  test('gives nothing that was put into another place of the store', async () => {
    const { store } = stage.deployment
    const planting: DurableStore = {
      ...store,
      // As if somebody had copied the row of another way, device or number.
      releaseShare: async (input) => {
        const result = await store.releaseShare(input)
        const other = { ...input, way: 'another-way' }
        const planted = await store.releaseShare(other)
        if (result.kind !== 'released' || planted.kind !== 'released') throw new Error('both are released')
        return { ...result, sealedNext: planted.sealedNext }
      },
    }
    await createShares(stage.deployment).release(device, 'another-way', by(0))
    const twisted = createShares({ ...stage.deployment, store: planting })
    expect(await refusal(twisted.release(device, way, by(0)))).toBe('store_unavailable')
  })
})

describe('wipe', () => {
  test('is for good, for every way in, and writes down who did it', async () => {
    await shares.release(device, way, by(0))
    expect(await shares.wipe(device.id, 'admin')).toBe(true)
    expect(await shares.wipe(device.id, 'admin')).toBe(false)
    for (const held of [0, 1, 2])
      expect(await refusal(shares.release(device, way, by(held)))).toBe('share_gone')
    expect(await refusal(shares.release(device, 'another-way', by(0)))).toBe('share_gone')
    const entry = (await stage.deployment.store.readAudit({ limit: 1000 })).findLast(
      ({ action }) => action === 'device.wiped',
    )
    expect(entry).toMatchObject({ actor: 'admin', device: device.id, user: device.user })
    expect(await shares.wipe('no-such-device-id', 'admin')).toBe(false)
  })

  test('comes with a revocation', async () => {
    const memory = wipeMemory()
    const devices = createDevices({ ...stage.deployment, wipeMemory: memory })
    await shares.release(device, way, by(0))
    await devices.revoke(device.id, 'admin')
    expect(await refusal(shares.release(device, way, by(1)))).toBe('share_gone')
    expect(memory.kept()).toBe(1)
  })

  test('leaves other devices alone', async () => {
    const other = await boundDevice()
    const { next_share: share } = await shares.release(other, way, by(0))
    await shares.release(device, way, by(0))
    await shares.wipe(device.id, 'admin')
    expect(await shares.release(other, way, by(1))).toMatchObject({ share })
  })
})
