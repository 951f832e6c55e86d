import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { codeOf, drain, streamOf } from '../../../test/vault.ts'
import { fileStore } from './files.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-files-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

describe('files on Node', () => {
  it('of 100 MB pass through a vault in memory that does not grow with them', async () => {
    const script = fileURLToPath(new URL('../../../test/children/files.mjs', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [script, directory, '100'])
    const { same, size, grownKiB } = JSON.parse(stdout) as Record<string, unknown>
    expect([same, size]).toEqual([true, 100 * 1024 * 1024])
    expect(grownKiB).toBeLessThan(60 * 1024)
  }, 120_000)

  it('that nobody finished go after a day, and others do not', async () => {
    const store = fileStore(directory)
    await store.write('a', streamOf('content'))
    const [old, young] = ['b.file.0.new', 'c.file.0.new'].map((name) => join(directory, name)) as [
      string,
      string,
    ]
    for (const draft of [old, young]) writeFileSync(draft, 'half')
    const yesterday = Date.now() / 1000 - 25 * 3600
    utimesSync(old, yesterday, yesterday)
    expect(await store.list()).toEqual(['a'])
    expect(readdirSync(directory).sort()).toEqual(['a.file', 'c.file.0.new'])
  })

  it('that cannot be read or written are unavailable, not absent', async () => {
    writeFileSync(join(directory, 'no directory'), '')
    const store = fileStore(join(directory, 'no directory'))
    for (const act of [store.read('a'), store.write('a', streamOf('x')), store.list()])
      expect(await codeOf(act)).toBe('vault_unavailable')
  })

  it('are read to the end though they are removed meanwhile', async () => {
    const store = fileStore(directory)
    const content = new Uint8Array(1_000_000).fill(7)
    await store.write('a', streamOf(content))
    const stream = (await store.read('a')) as ReadableStream<Uint8Array>
    const reader = stream.getReader()
    const { value } = await reader.read()
    await store.delete('a')
    reader.releaseLock()
    const { bytes, error } = await drain(stream)
    expect([error, (value?.length ?? 0) + bytes.length]).toEqual([null, content.length])
  })
})
