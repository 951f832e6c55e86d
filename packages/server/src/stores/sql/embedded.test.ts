import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { durableContract, shortLivedContract } from '../contract/index.ts'
import { auditEntry, enrolledDevice, startedFamily, t0 } from '../contract/facts.ts'
import { embeddedStore, type EmbeddedStore } from './index.ts'

let directory = ''
let store: EmbeddedStore

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-embedded-'))
  store = await embeddedStore({ directory })
}, 60_000)

afterAll(async () => {
  await store.close()
  await rm(directory, { recursive: true })
})

const runner = { describe, it, expect }
durableContract('embedded', async () => [store], runner)
shortLivedContract(
  'embedded',
  async () => {
    const wipe = async () => {
      await store.shortLived.wipe()
      return [store.shortLived]
    }
    return { nodes: await wipe(), wipe }
  },
  runner,
)

describe('embeddedStore', () => {
  it('has everything again after it was closed and opened', async () => {
    const device = await enrolledDevice(store)
    const family = await startedFamily(store, device)
    await store.appendAudit(auditEntry('before.close'))
    await store.close()
    await expect(store.ping()).rejects.toMatchObject({ code: 'store_unavailable' })

    store = await embeddedStore({ directory })
    expect(await store.findSession(family.sid)).toEqual({ family, device })
    const entries = await store.readAudit({ limit: 100_000 })
    expect(entries.at(-1)?.action).toBe('before.close')
    expect(await store.revokeDevice(device.id, t0, auditEntry('device.revoked'))).toEqual({
      ...device,
      revokedAt: t0,
    })
  }, 60_000)
})
