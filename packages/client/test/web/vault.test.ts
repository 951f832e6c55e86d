/** The vault in a real browser: on its disk, in two tabs, killed, full, cleared, and carried to Node and back. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileSql } from '../../src/platforms/node/sql.ts'
import { createVaultKeys } from '../../src/vault-keys.ts'
import { chromiumPath, inChromium } from './chromium.ts'
import { pageFile, type StartedPage, startPage } from './page.ts'
import type { api } from './pages/vault.ts'
import { searchProfile, textForms } from './profile.ts'

const sqlKey = (await createVaultKeys(new Uint8Array(32).fill(1), nodeCrypto)).get('sql').slice()

describe.skipIf(chromiumPath === null)(inChromium('the vault'), () => {
  let page: StartedPage<typeof api>
  // One browser for all; each test has databases of its own in it.
  beforeAll(async () => {
    page = await startPage({ entry: pageFile('vault.ts') })
  })
  afterAll(() => page.close())

  it('leaves no plain octet in the profile, and is there after a restart', async () => {
    await page.call('open', 'plain')
    await page.call('fill', 300, 'sqlmarker')
    await page.call('set', 'namemarker', 'valuemarker')
    await page.call('put', 'filemarker', new TextEncoder().encode('contentmarker'))
    expect(await page.call('cached', '/urlmarker', 'answermarker')).toBe('answermarker')
    await page.quit()
    const needles = Object.fromEntries(
      [
        'sqlmarker',
        'namemarker',
        'valuemarker',
        'filemarker',
        'contentmarker',
        'urlmarker',
        'answermarker',
      ].flatMap((marker) => Object.entries(textForms(marker, marker))),
    )
    const secrets = { ...needles, ...textForms('header', 'SQLite format 3'), 'SQL key': Buffer.from(sqlKey) }
    const search = searchProfile(page.profile, secrets)
    // Chromium has databases of its own, in plain.
    const found = search.found.filter(
      ({ file, needle }) => needle !== 'header' || file.startsWith('Default/File System'),
    )
    expect(found).toEqual([])
    expect(search.bytes).toBeGreaterThan(100_000)
    // The search does find what is there: the words of the format itself.
    const format = searchProfile(page.profile, { age: Buffer.from('age-encryption.org/v1') })
    expect(format.found.map(({ file }) => file.startsWith('Default/File System'))).toContain(true)
    await page.restart()
    await page.call('open', 'plain', { known: 1, next: 2 })
    expect(await page.call('exec', 'SELECT count(*) AS n, max(b) AS b FROM t')).toEqual([
      { n: 300, b: 'sqlmarker' },
    ])
    expect(await page.call('get', 'namemarker')).toBe('valuemarker')
    expect(Buffer.from(await page.call('read', 'filemarker')).toString()).toBe('contentmarker')
    expect(await page.call('cached', '/urlmarker', 'another')).toBe('answermarker')
  }, 60_000)

  it('has the same file as on Node, there and back', async () => {
    await page.call('open', 'interop')
    await page.call('fill', 200, 'written in the browser')
    await page.call('exec', 'PRAGMA user_version = 7')
    await page.call('close')
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-interop-'))
    try {
      mkdirSync(join(directory, 'sql'))
      const path = join(directory, 'sql', 'vault.db')
      writeFileSync(path, await page.call('databaseBytes'))
      const database = await fileSql(join(directory, 'sql')).open('vault', sqlKey)
      expect(await database.exec('SELECT count(*) AS n, max(b) AS b FROM t')).toEqual([
        { n: 200, b: 'written in the browser' },
      ])
      expect(await database.exec('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
      await database.exec("UPDATE t SET b = 'written on Node'")
      await database.close()
      await page.call('putDatabaseBytes', new Uint8Array(readFileSync(path)))
    } finally {
      rmSync(directory, { recursive: true })
    }
    await page.call('open', 'interop')
    expect(await page.call('exec', 'SELECT DISTINCT b FROM t')).toEqual([{ b: 'written on Node' }])
    expect(await page.call('exec', 'PRAGMA user_version')).toEqual([{ user_version: 7 }])
  }, 60_000)

  it('is open in one tab; the next has it when that is closed', async () => {
    await page.call('open', 'tabs')
    await page.call('set', 'a', 'first')
    const other = await page.tab()
    const unavailable = { code: 'vault_unavailable' }
    await expect(other.call('open', 'tabs')).rejects.toMatchObject(unavailable)
    await page.call('set', 'a', 'second')
    await page.call('close')
    await other.call('open', 'tabs')
    expect(await other.call('get', 'a')).toBe('second')
    await expect(page.call('open', 'tabs')).rejects.toMatchObject(unavailable)
    await expect(page.call('wipe')).rejects.toMatchObject(unavailable)
    await other.page.close()
  }, 60_000)

  it('is free when the tab that had it dies', async () => {
    const other = await page.tab()
    await other.call('open', 'dead')
    await other.call('set', 'a', 'first')
    await other.page.close()
    await expect
      .poll(() => page.call('open', 'dead').then(() => 'open', String), { timeout: 20_000 })
      .toBe('open')
    expect(await page.call('get', 'a')).toBe('first')
  }, 60_000)

  it('is before or after each write when the browser is killed, and no alarm', async () => {
    await page.call('open', 'killed')
    await page.call('fill', 3, '0')
    await page.call('set', 'n', '0')
    for (const writes of [2, 9]) {
      const last = await page.call('count', writes)
      await page.kill()
      await page.restart()
      await page.call('open', 'killed')
      const rows = (await page.call('exec', 'SELECT DISTINCT b FROM t')) as Array<{ b: string }>
      expect(rows).toHaveLength(1)
      expect(Number(rows[0]?.b)).toBeGreaterThanOrEqual(last)
      expect(Number(await page.call('get', 'n'))).toBeGreaterThanOrEqual(last)
    }
  }, 120_000)

  it('says when there is no room, and has what it had', async () => {
    const { origin } = page.site
    await page.call('open', 'full')
    await page.call('fill', 10, 'before')
    await page.call('put', 'noise', randomBytes(1000))
    // Chromium sets some megabytes aside for each file that is open.
    const quotaSize = (await page.call('usage')) + 8_000_000
    await page.cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize })
    const full = { code: 'storage_full' }
    await expect(page.call('putNoise', 30_000_000)).rejects.toMatchObject(full)
    await expect(page.call('exec', 'UPDATE t SET b = hex(randomblob(1500000))')).rejects.toMatchObject(full)
    expect(await page.call('exec', 'SELECT DISTINCT b FROM t')).toEqual([{ b: 'before' }])
    expect(await page.call('read', 'noise')).toHaveLength(1000)
    await page.cdp.send('Storage.overrideQuotaForOrigin', { origin })
    await page.reload()
    await page.call('open', 'full')
    expect(await page.call('exec', 'SELECT DISTINCT b FROM t')).toEqual([{ b: 'before' }])
    expect(await page.call('roundTrip', 3_000_001)).toBe(true)
  }, 60_000)

  it('that the browser removed is evicted, and never new', async () => {
    await page.call('open', 'evicted')
    await page.call('fill', 1, 'x')
    const { origin } = page.site
    await page.cdp.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' })
    await page.reload()
    const evicted = { code: 'storage_evicted' }
    await expect(page.call('open', 'evicted')).rejects.toMatchObject(evicted)
    await expect(page.call('open', 'evicted', { known: 1, next: 2 })).rejects.toMatchObject(evicted)
    await page.cdp.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' })
    await page.reload()
    await expect(page.call('open', 'evicted', { known: 1, next: 2 })).rejects.toMatchObject(evicted)
  }, 60_000)

  it('is wiped whole', async () => {
    await page.call('open', 'wiped')
    await page.call('fill', 10, 'x')
    await page.call('put', 'f', randomBytes(1000))
    await page.call('set', 'a', 'b')
    expect((await page.call('storedFiles')).length).toBeGreaterThan(4)
    await page.call('close')
    await page.call('wipe')
    expect(await page.call('storedFiles')).toEqual([])
  }, 60_000)
})
