import { describe, expect, it } from 'vitest'
import {
  codeOf,
  copyDisk,
  diskText,
  open,
  session,
  streamOf,
  vaultId,
  vaultKey,
  virtualPhone,
} from '../test/vault.ts'
import { openVault, wipeVault } from './vault.ts'

async function filled() {
  const phone = virtualPhone()
  await session(
    phone,
    async ({ vault }) => {
      await vault.sql.exec('CREATE TABLE accounts (holder TEXT)')
      await vault.sql.exec('INSERT INTO accounts VALUES (?)', ['sqlmarker'])
      await vault.preferences.set('namemarker', 'valuemarker')
      await vault.files.put('filemarker.pdf', streamOf('contentmarker'))
      const fetch = vault.cache.through(
        async () => new Response('answermarker', { headers: { 'cache-control': 'max-age=60' } }),
        { origin: 'https://bank.example' },
      )
      await (await fetch('/urlmarker')).text()
    },
    { known: 0, next: 1 },
  )
  return phone
}

describe('the vault', () => {
  it('leaves no plain octet on the disk', async () => {
    const phone = await filled()
    const text = diskText(copyDisk(phone))
    expect(text.length).toBeGreaterThan(10_000)
    expect(text).not.toContain('marker')
    expect(text).not.toContain('SQLite format 3')
    expect(text).not.toContain('bank.example')
    expect(text).not.toContain('AGE-SECRET-KEY')
    // The format's own words, which say nothing of the content.
    expect(text).toContain('age-encryption.org/v1')
  })

  it('has everything after a restart', async () => {
    const phone = await filled()
    await session(
      phone,
      async ({ vault }) => {
        expect(await vault.sql.exec('SELECT holder FROM accounts')).toEqual([{ holder: 'sqlmarker' }])
        expect(await vault.preferences.get('namemarker')).toBe('valuemarker')
        expect(await new Response(await vault.files.get('filemarker.pdf')).text()).toBe('contentmarker')
        const fetch = vault.cache.through(() => Promise.reject(new Error('not asked')), {
          origin: 'https://bank.example',
        })
        expect(await (await fetch('/urlmarker')).text()).toBe('answermarker')
      },
      { known: 1, next: 2 },
    )
  })

  it('opens under its key alone', async () => {
    const phone = await filled()
    expect(await codeOf(open(phone, {}, new Uint8Array(32).fill(1)))).toBe('vault_damaged')
    const { platform } = phone
    const mark = { known: 0, next: 0 }
    await expect(openVault({ platform, id: 'a b', key: vaultKey, mark })).rejects.toThrow(TypeError)
  })

  it('rejects everything once it is closed', async () => {
    const phone = await filled()
    const { vault, close } = await open(phone)
    const stream = await vault.files.get('filemarker.pdf')
    await close()
    const fetch = vault.cache.through(async () => new Response('x'), { origin: 'https://bank.example' })
    const calls = [
      vault.sql.exec('SELECT 1'),
      vault.sql.batch([]),
      vault.preferences.get('namemarker'),
      vault.preferences.set('other', 1),
      vault.preferences.delete('namemarker'),
      vault.preferences.list(),
      vault.files.get('filemarker.pdf'),
      vault.files.put('other', streamOf('x')),
      vault.files.list(),
      vault.files.recipient(),
      vault.cache.clear(),
      fetch('/urlmarker'),
      new Response(stream).text(),
    ]
    for (const call of calls) expect(await codeOf(call)).toBe('locked')
    await close()
  })

  it('is open once at a time', async () => {
    const phone = await filled()
    const { close } = await open(phone)
    expect(await codeOf(open(phone))).toBe('vault_unavailable')
    await close()
    await (await open(phone)).close()
  })

  it('lets go of the database when opening fails', async () => {
    const phone = await filled()
    expect(await codeOf(open(phone, { known: 9 }))).toBe('vault_rolled_back')
    await (await open(phone)).close()
  })
})

describe('an older disk', () => {
  it('is older than the service knows', async () => {
    const phone = await filled()
    const old = copyDisk(phone)
    await session(phone, async () => undefined, { known: 1, next: 2 })
    phone.restore(old.records)
    phone.files.restore(old.files)
    phone.sql.restore(old.sql)
    expect(await codeOf(open(phone, { known: 2, next: 3 }))).toBe('vault_rolled_back')
    // Without the service's word a whole old image is as good as it ever was.
    await (await open(phone, { known: 1, next: 2 })).close()
  })

  it('is no alarm when the service was not told of the last mark', async () => {
    const phone = await filled()
    await session(phone, async () => undefined, { known: 1, next: 2 })
    await session(phone, async () => undefined, { known: 1, next: 2 })
    await session(phone, async () => undefined, { known: 2, next: 3 })
  })

  it('is noticed at a later release too', async () => {
    const phone = await filled()
    await session(phone, async ({ advance }) => {
      await advance({ known: 1, next: 4 })
      expect(await codeOf(advance({ known: 5, next: 6 }))).toBe('vault_rolled_back')
    })
    expect(await codeOf(open(phone, { known: 4 }))).toBe('passed')
  })

  it('is noticed when the database alone is old, by one transaction', async () => {
    const phone = await filled()
    const old = phone.sql.snapshot()
    await session(phone, ({ vault }) => vault.sql.exec("INSERT INTO accounts VALUES ('later')"))
    phone.sql.restore(old)
    expect(await codeOf(open(phone))).toBe('vault_rolled_back')
  })

  it('is noticed when the manifest alone is old', async () => {
    const phone = await filled()
    const old = phone.snapshot()
    await session(phone, async ({ vault }) => {
      await vault.sql.exec("INSERT INTO accounts VALUES ('one')")
      await vault.sql.exec("INSERT INTO accounts VALUES ('two')")
    })
    phone.restore(old)
    expect(await codeOf(open(phone))).toBe('vault_rolled_back')
  })
})

describe('what is gone', () => {
  it('is evicted and never new', async () => {
    const phone = await filled()
    const disk = copyDisk(phone)
    for (const name of await phone.storage.list('vault ')) await phone.storage.delete(name)
    expect(await codeOf(open(phone))).toBe('storage_evicted')
    expect(await codeOf(open(phone, { known: 1 }))).toBe('storage_evicted')
    phone.sql.restore(new Map())
    expect(await codeOf(open(phone, { known: 1 }))).toBe('storage_evicted')
    phone.restore(disk.records)
    expect(await codeOf(open(phone, { known: 1 }))).toBe('storage_evicted')
    expect(await phone.sql.exists(vaultId)).toBe(false)
    phone.sql.restore(disk.sql)
    expect(await codeOf(open(phone, { known: 1 }))).toBe('passed')
  })

  it('is an emptied database', async () => {
    const phone = await filled()
    const main = new Uint8Array(0)
    phone.sql.restore(new Map([[vaultId, { main, journal: main }]]))
    expect(await codeOf(open(phone, { known: 1 }))).toBe('storage_evicted')
  })
})

describe('wiping', () => {
  it('removes this vault whole and nothing else', async () => {
    const phone = await filled()
    const other = { platform: phone.platform, id: `${vaultId}-2`, key: vaultKey, mark: { known: 0, next: 1 } }
    const second = await openVault(other)
    await second.vault.preferences.set('kept', true)
    await second.vault.files.put('kept', streamOf('kept'))
    await second.close()
    await phone.storage.put('device https://bank.example', 'kept')
    await phone.files.write(vaultId, streamOf('kept'))
    const before = copyDisk(phone)
    await wipeVault(phone.platform, vaultId)
    const after = copyDisk(phone)
    const kept = (name: string): boolean =>
      !new RegExp(`^(vault ${vaultId} |${vaultId}\\.|${vaultId}$)`).test(name)
    expect([...after.records]).toEqual([...before.records].filter(([name]) => kept(name)))
    expect([...after.files.keys()].sort()).toEqual(
      [...before.files.keys()].filter((name) => kept(name) || name === vaultId).sort(),
    )
    expect([...after.sql.keys()]).toEqual([`${vaultId}-2`])
    const again = await openVault({ ...other, mark: { known: 1, next: 1 } })
    expect(await again.vault.preferences.get('kept')).toBe(true)
    await again.close()
  })

  it('is content with what is wiped, and waits for what is open', async () => {
    const phone = await filled()
    const { close } = await open(phone)
    expect(await codeOf(wipeVault(phone.platform, vaultId))).toBe('vault_unavailable')
    await close()
    await wipeVault(phone.platform, vaultId)
    await wipeVault(phone.platform, vaultId)
    expect(await codeOf(open(phone, { known: 1 }))).toBe('storage_evicted')
  })
})

describe('leftovers', () => {
  it('go at the next opening', async () => {
    const phone = await filled()
    const { records, files } = copyDisk(phone)
    const names = [[...records.keys()].length, files.size]
    await phone.storage.put(`vault ${vaultId} record AAAAAAAAAAAAAAAAAAAAAA`, 'junk')
    await phone.files.write(`${vaultId}.AAAAAAAAAAAAAAAAAAAAAA`, streamOf('junk'))
    await session(phone, async () => undefined)
    const after = copyDisk(phone)
    expect([after.records.size, after.files.size]).toEqual(names)
  })
})
