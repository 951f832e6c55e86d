import { describe, expect, it } from 'vitest'
import {
  codeOf,
  copyDisk,
  type Disk,
  open,
  session,
  streamOf,
  vaultId,
  vaultKey,
  virtualPhone,
} from '../test/vault.ts'
import { forgetOldKey, rekeyVault } from './vault-rekey.ts'
import type { OpenVault } from './vault.ts'

const nextKey = new Uint8Array(32).fill(0x43)

async function filled() {
  const phone = virtualPhone()
  await session(phone, async ({ vault }) => {
    await vault.sql.exec('CREATE TABLE t (a)')
    await vault.sql.exec("INSERT INTO t VALUES ('kept')")
    await vault.preferences.set('a', 'kept')
    await vault.preferences.set('b', 'kept too')
    await vault.files.put('f', streamOf('kept'))
  })
  return phone
}
async function check({ vault }: OpenVault): Promise<void> {
  expect(await vault.sql.exec('SELECT a FROM t')).toEqual([{ a: 'kept' }])
  expect(await vault.preferences.get('a')).toBe('kept')
  expect(await vault.preferences.get('b')).toBe('kept too')
  expect(await new Response(await vault.files.get('f')).text()).toBe('kept')
}
const bytes = (key: Uint8Array | null): number[] | null => (key === null ? null : [...key])
const put = (phone: ReturnType<typeof virtualPhone>, disk: Disk): void => {
  phone.restore(disk.records)
  phone.files.restore(disk.files)
  phone.sql.restore(disk.sql)
}

describe('another vault key', () => {
  it('opens everything; the old one leads to it until it is forgotten', async () => {
    const phone = await filled()
    const recipient = await session(phone, ({ vault }) => vault.files.recipient())
    await rekeyVault(phone.platform, vaultId, vaultKey, nextKey)
    const byOld = await open(phone)
    expect(bytes(byOld.newKey)).toEqual(bytes(nextKey))
    await check(byOld)
    expect(await byOld.vault.files.recipient()).toBe(recipient)
    await byOld.close()
    await forgetOldKey(phone.platform, vaultId)
    expect(await codeOf(open(phone))).toBe('vault_damaged')
    const byNew = await open(phone, {}, nextKey)
    expect(byNew.newKey).toBe(null)
    await check(byNew)
    await byNew.close()
  })

  it('leaves nothing under the old one', async () => {
    const phone = await filled()
    const old = copyDisk(phone)
    await rekeyVault(phone.platform, vaultId, vaultKey, nextKey)
    await forgetOldKey(phone.platform, vaultId)
    await (await open(phone, {}, nextKey)).close()
    const after = copyDisk(phone)
    for (const [name, record] of after.records) expect([...old.records.values()], name).not.toContain(record)
    expect(after.records.size).toBe(old.records.size)
    // The file itself stays: it is under the age identity, which is the same.
    expect(after.files).toEqual(old.files)
  })

  it('is not taken while the vault is open, nor when it is none', async () => {
    const phone = await filled()
    const opened = await open(phone)
    expect(await codeOf(rekeyVault(phone.platform, vaultId, vaultKey, nextKey))).toBe('vault_unavailable')
    await opened.close()
    await expect(rekeyVault(phone.platform, vaultId, vaultKey, new Uint8Array(16))).rejects.toThrow(TypeError)
    expect(await codeOf(rekeyVault(phone.platform, vaultId, nextKey, vaultKey))).toBe('vault_damaged')
    await session(phone, check)
  })

  it('is there as a whole, however often it is interrupted', async () => {
    const phone = await filled()
    const first = copyDisk(phone)
    const write = phone.storage.put.bind(phone.storage)
    const storage = phone.platform.storage as { put: typeof write }
    let interrupted = 0
    for (let failAt = 1; ; failAt++) {
      put(phone, first)
      let writes = 0
      storage.put = async (name, value) => {
        if (++writes >= failAt) throw new Error('the app was ended')
        return write(name, value)
      }
      const outcome = await codeOf(rekeyVault(phone.platform, vaultId, vaultKey, nextKey))
      storage.put = write
      if (outcome === 'passed') break
      interrupted++
      // Whoever opens it with the key he has finds it whole, and the new key is in force unless nothing was done yet.
      const opened = await open(phone)
      expect(bytes(opened.newKey)).toEqual(failAt === 1 ? null : bytes(nextKey))
      await check(opened)
      await opened.vault.preferences.set('a', 'kept')
      await opened.close()
      await session(phone, check)
    }
    expect(interrupted).toBeGreaterThan(3)
  })

  it('goes on after a crash that left the database under either key', async () => {
    const phone = await filled()
    const first = copyDisk(phone)
    await rekeyVault(phone.platform, vaultId, vaultKey, nextKey)
    const done = copyDisk(phone)
    const forward = [...done.records].filter(([name]) => name.startsWith(`vault ${vaultId} forward `))
    for (const sql of [first.sql, done.sql]) {
      put(phone, { ...first, records: new Map([...first.records, ...forward]), sql })
      const opened = await open(phone)
      expect(bytes(opened.newKey)).toEqual(bytes(nextKey))
      await check(opened)
      await opened.close()
    }
  })

  it('carries what was damaged before along as damaged', async () => {
    const phone = await filled()
    const [name] = await phone.storage.list(`vault ${vaultId} record `)
    const value = (await phone.storage.get(name as string)) as string
    await phone.storage.put(name as string, value.slice(0, -4) + (value.endsWith('AAAA') ? 'BBBB' : 'AAAA'))
    await rekeyVault(phone.platform, vaultId, vaultKey, nextKey)
    const { vault, close } = await open(phone, {}, nextKey)
    const outcomes = [codeOf(vault.preferences.get('a')), codeOf(vault.preferences.get('b'))]
    expect((await Promise.all(outcomes)).sort()).toEqual(['passed', 'vault_damaged'])
    await close()
  })
})
