import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { codeOf, streamOf } from '../../../test/vault.ts'
import { openVault, type OpenVault } from '../../vault.ts'
import { nodePlatform } from './platform.ts'
import { fileSql } from './sql.ts'

const key = new Uint8Array(32).fill(1)
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-vault-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const open = (): Promise<OpenVault> =>
  openVault({ platform: nodePlatform({ directory }), id: 'vault', key, mark: { known: 0, next: 1 } })

function allFiles(): Buffer[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
}

describe('a vault in files', () => {
  it('is for its owner alone, and holds no plain octet', async () => {
    const { vault, close } = await open()
    await vault.sql.exec('CREATE TABLE accounts (holder TEXT)')
    await vault.sql.batch(
      Array.from({ length: 500 }, () => ['INSERT INTO accounts VALUES (?)', ['sqlmarker'.repeat(10)]]),
    )
    await vault.preferences.set('namemarker', 'valuemarker')
    await vault.files.put('filemarker', streamOf('contentmarker'))
    const contents = allFiles()
    await close()
    expect(contents.length).toBeGreaterThan(4)
    for (const content of [...contents, ...allFiles()]) {
      expect(content.includes('marker')).toBe(false)
      expect(content.includes('SQLite format 3')).toBe(false)
    }
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      const { mode } = statSync(join(entry.parentPath, entry.name))
      expect(mode & 0o077, entry.name).toBe(0)
      expect(entry.name).not.toContain('marker')
    }
  })

  it('is open in one process', async () => {
    const first = await open()
    expect(await codeOf(open())).toBe('vault_unavailable')
    await first.close()
    await (await open()).close()
  })

  it('with a key that is not 32 octets is misuse', async () => {
    await expect(fileSql(directory).open('x', new Uint8Array(16))).rejects.toThrow(TypeError)
    expect(await codeOf(fileSql(directory).open('x', key))).toBe('passed')
  })

  it('that cannot be reached is unavailable', async () => {
    writeFileSync(join(directory, 'sql'), 'no directory')
    expect(await codeOf(fileSql(join(directory, 'sql')).open('x', key))).toBe('vault_unavailable')
    expect(await codeOf(fileSql(join(directory, 'sql')).exists('x'))).toBe('vault_unavailable')
  })
})

/** Writes until it is killed (test/children/writer.mjs); it runs the built package. */
function startWriter(): { child: ChildProcess; numbers: AsyncIterator<string>; ended: Promise<unknown> } {
  const script = fileURLToPath(new URL('../../../test/children/writer.mjs', import.meta.url))
  const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  return { child, numbers: createInterface({ input: child.stdout as never })[Symbol.asyncIterator](), ended }
}

describe('a vault whose process is killed', () => {
  it('has what it said is durable and no torn transaction, and is free for the next', async () => {
    const made = await open()
    await made.vault.sql.exec('CREATE TABLE t (n INTEGER, filler BLOB)')
    await made.vault.sql.batch([1, 2, 3].map(() => ['INSERT INTO t VALUES (0, NULL)']))
    await made.vault.preferences.set('n', 0)
    await made.close()
    for (const writes of [1, 2, 3, 5, 8, 4, 1, 6]) {
      const { child, numbers, ended } = startWriter()
      let last = 0
      for (let i = 0; i < writes; i++) last = Number((await numbers.next()).value)
      if (writes === 3) expect(await codeOf(open())).toBe('vault_unavailable')
      child.kill('SIGKILL')
      await ended
      // What it wrote between the last line read and its end.
      for (let more = await numbers.next(); more.done !== true; more = await numbers.next())
        last = Number(more.value)
      const { vault, close } = await open()
      const [row] = await vault.sql.exec('SELECT min(n) AS low, max(n) AS high, count(*) AS n FROM t')
      expect([last, last + 1]).toContain(row?.['low'])
      expect(row).toEqual({ low: row?.['low'], high: row?.['low'], n: 3 })
      expect([last, last + 1]).toContain(await vault.preferences.get('n'))
      expect(await vault.sql.exec('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
      await close()
    }
  }, 120_000)
})
