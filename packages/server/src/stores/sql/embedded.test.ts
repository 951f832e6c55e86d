import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileOnce } from '../../../test/compiled-once.ts'
import { durableContract, shortLivedContract } from '../contract/index.ts'
import { auditEntry, enrolledDevice, startedFamily, t0 } from '../contract/facts.ts'
import { openEmbedded } from './embedded.ts'
import { embeddedStore, type EmbeddedStore } from './index.ts'

let directory = ''
let store: EmbeddedStore
let wipe: () => Promise<void>
const data = () => join(directory, 'data')

beforeAll(async () => {
  compileOnce()
  directory = await mkdtemp(join(tmpdir(), 'holdfast-embedded-'))
  const opened = await openEmbedded({ directory: data() })
  store = opened.store
  wipe = async () => void (await sql`truncate nonce, nonce_epoch, rate`.execute(opened.db))
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
    await wipe()
    return {
      nodes: [store.shortLived],
      async wipe() {
        await wipe()
        return [store.shortLived]
      },
    }
  },
  runner,
)

describe('embeddedStore', () => {
  it('leaves a directory alone that another living process holds', async () => {
    const held = join(directory, 'held')
    // The parent of this process certainly lives.
    await writeFile(`${held}.lock`, String(process.ppid))
    await expect(embeddedStore({ directory: held })).rejects.toThrow(TypeError)
    expect(await readFile(`${held}.lock`, 'utf8')).toBe(String(process.ppid))
  })

  it('has everything again after it was closed and opened', async () => {
    const device = await enrolledDevice(store)
    const family = await startedFamily(store, device)
    await store.appendAudit(auditEntry('before.close'))
    await store.close()
    await expect(store.ping()).rejects.toMatchObject({ code: 'store_unavailable' })

    store = await embeddedStore({ directory: data() })
    expect(await store.findSession(family.sid)).toEqual({ family, device })
    const entries = await store.readAudit({ limit: 100_000 })
    expect(entries.at(-1)?.action).toBe('before.close')
    expect(await store.revokeDevice(device.id, t0, auditEntry('device.revoked'))).toEqual({
      ...device,
      revokedAt: t0,
    })
  }, 60_000)
})
