import { describe, expect, it } from 'vitest'
import { codeOf, copyDisk, open, session, vaultId, virtualPhone } from '../test/vault.ts'
import type { Json } from './vault-preferences.ts'

const recordsOf = (phone: ReturnType<typeof virtualPhone>): Promise<string[]> =>
  phone.storage.list(`vault ${vaultId} record `)

describe('preferences', () => {
  it('hold JSON under any name', async () => {
    const phone = virtualPhone()
    const values: Array<[string, Json]> = [
      ['null', null],
      ['__proto__', { a: [1, 'two', { three: true }] }],
      ['имя \u{1f511}', ''],
      ['', 0],
    ]
    await session(phone, async ({ vault: { preferences } }) => {
      for (const [name, value] of values) await preferences.set(name, value)
    })
    await session(phone, async ({ vault: { preferences } }) => {
      for (const [name, value] of values) expect(await preferences.get(name)).toEqual(value)
      expect(await preferences.get('another')).toBe(undefined)
      expect((await preferences.list()).sort()).toEqual(values.map(([name]) => name).sort())
      await preferences.delete('null')
      await preferences.delete('null')
      expect(await preferences.get('null')).toBe(undefined)
      expect((await preferences.list()).length).toBe(3)
      for (const wrong of [undefined, () => 1, Symbol('x')] as unknown[])
        await expect(preferences.set('wrong', wrong as Json)).rejects.toThrow(TypeError)
      expect(await preferences.get('wrong')).toBe(undefined)
    })
    expect((await recordsOf(phone)).length).toBe(3)
  })

  it('do not say on the disk which record is whose, nor that one was set again', async () => {
    const phone = virtualPhone()
    await session(phone, ({ vault }) => vault.preferences.set('name', 1))
    const [first] = await recordsOf(phone)
    await session(phone, ({ vault }) => vault.preferences.set('name', 1))
    const [second, ...more] = await recordsOf(phone)
    expect(more).toEqual([])
    expect(second).not.toBe(first)
  })

  it('that were swapped are damaged', async () => {
    const phone = virtualPhone()
    const { vault, close } = await open(phone)
    await vault.preferences.set('a', 'value of a')
    await vault.preferences.set('b', 'value of b')
    const [one, two] = (await recordsOf(phone)) as [string, string]
    const records = new Map(copyDisk(phone).records)
    records.set(one, copyDisk(phone).records.get(two) as string)
    records.set(two, copyDisk(phone).records.get(one) as string)
    phone.restore(records)
    expect(await codeOf(vault.preferences.get('a'))).toBe('vault_damaged')
    expect(await codeOf(vault.preferences.get('b'))).toBe('vault_damaged')
    await close()
  })

  it('put back as they were are damaged or not found', async () => {
    const phone = virtualPhone()
    const { vault, close } = await open(phone)
    await vault.preferences.set('limit', 100)
    const old = copyDisk(phone).records
    const [oldName] = (await recordsOf(phone)) as [string]
    await vault.preferences.set('limit', 1)
    const [name] = (await recordsOf(phone)) as [string]
    await phone.storage.put(oldName, old.get(oldName) as string)
    expect(await vault.preferences.get('limit')).toBe(1)
    await phone.storage.put(name, old.get(oldName) as string)
    expect(await codeOf(vault.preferences.get('limit'))).toBe('vault_damaged')
    await phone.storage.delete(name)
    expect(await codeOf(vault.preferences.get('limit'))).toBe('vault_damaged')
    await vault.preferences.set('limit', 2)
    expect(await vault.preferences.get('limit')).toBe(2)
    await vault.preferences.delete('limit')
    await phone.storage.put(oldName, old.get(oldName) as string)
    expect(await vault.preferences.get('limit')).toBe(undefined)
    await close()
  })

  it('changed in any octet are damaged', async () => {
    const phone = virtualPhone()
    const { vault, close } = await open(phone)
    await vault.preferences.set('a', 1)
    const [name] = (await recordsOf(phone)) as [string]
    const record = copyDisk(phone).records.get(name) as string
    const changed = Array.from(
      record,
      (letter, i) => record.slice(0, i) + (letter === 'A' ? 'B' : 'A') + record.slice(i + 1),
    )
    for (const text of [...changed, '', 'short', 'no base64!', `${record}AAAA`]) {
      await phone.storage.put(name, text)
      expect(await codeOf(vault.preferences.get('a'))).toBe('vault_damaged')
    }
    await phone.storage.put(name, record)
    expect(await vault.preferences.get('a')).toBe(1)
    await close()
  })

  it('are the old value or the new one, wherever writing fails', async () => {
    for (const failures of [1, 2]) {
      const phone = virtualPhone()
      await session(phone, ({ vault }) => vault.preferences.set('a', 'old'))
      const { vault, close } = await open(phone)
      const put = phone.storage.put.bind(phone.storage)
      let writes = 0
      const storage = phone.platform.storage as { put: typeof put }
      storage.put = async (name, value) => {
        if (++writes === failures) throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
        return put(name, value)
      }
      expect(await codeOf(vault.preferences.set('a', 'new'))).toBe('storage_full')
      expect(await vault.preferences.get('a')).toBe('old')
      storage.put = put
      await vault.preferences.set('b', 'other')
      await close()
      await session(phone, async ({ vault: { preferences } }) => {
        expect(await preferences.get('a')).toBe('old')
        expect(await preferences.get('b')).toBe('other')
      })
      expect((await recordsOf(phone)).length).toBe(2)
    }
  })

  it('of many calls at once all hold', async () => {
    const phone = virtualPhone()
    await session(phone, async ({ vault: { preferences } }) => {
      const names = Array.from({ length: 50 }, (_, i) => `name ${i % 10}`)
      await Promise.all(names.map((name, i) => preferences.set(name, i)))
      const found = await Promise.all(names.map((name) => preferences.get(name)))
      expect(found.every((value) => typeof value === 'number' && value >= 0)).toBe(true)
      await Promise.all([...names.map((name) => preferences.get(name)), preferences.set('name 1', 'x')])
      expect((await recordsOf(phone)).length).toBe(10)
    })
  })

  it('cannot be read right now when the storage cannot', async () => {
    const phone = virtualPhone()
    await session(phone, async ({ vault: { preferences } }) => {
      await preferences.set('a', 1)
      phone.storage.failReads(1)
      expect(await codeOf(preferences.get('a'))).toBe('vault_unavailable')
      expect(await preferences.get('a')).toBe(1)
    })
    phone.storage.failReads(1)
    expect(await codeOf(open(phone))).toBe('vault_unavailable')
    await session(phone, async ({ vault }) => expect(await vault.preferences.get('a')).toBe(1))
  })
})
