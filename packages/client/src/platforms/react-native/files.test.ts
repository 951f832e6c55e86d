/** What a crash leaves behind; the rest is in the contract of all platforms. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utf8 } from '@holdfast/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileSystem } from '../../../test/react-native/file-system.ts'
import type { FileStore } from '../../ports.ts'
import { expoFiles } from './files.ts'
import { folder } from './folder.ts'

let directory: string
let place: string
let files: FileStore
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-rn-files-'))
  place = join(directory, 'holdfast', 'files')
  files = expoFiles(folder(fileSystem(directory), 'files'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const streamOf = (text: string): ReadableStream<Uint8Array> => {
  const { body } = new Response(text)
  return body as ReadableStream<Uint8Array>
}
const contentOf = async (name: string): Promise<string | null> => {
  const stream = await files.read(name)
  return stream === null ? null : new Response(stream).text()
}

describe('after a crash', () => {
  it('the newest content that has its place is read, and those before it go with the next', async () => {
    await files.write('a', streamOf('one'))
    writeFileSync(join(place, '61.2'), 'two')
    writeFileSync(join(place, '61.3.draft'), 'half of thr')
    writeFileSync(join(place, '61.10'), 'ten')
    expect(await contentOf('a')).toBe('ten')
    expect(await files.list()).toEqual(['a'])
    await files.write('a', streamOf('eleven'))
    expect(readdirSync(place)).toEqual(['61.11'])
    expect(await contentOf('a')).toBe('eleven')
  })

  it('a draft is no file, and deleting takes it along', async () => {
    await files.write('b', streamOf('b'))
    writeFileSync(join(place, '61.1.draft'), 'half')
    expect([await contentOf('a'), await files.list()]).toEqual([null, ['b']])
    await files.delete('a')
    expect(readdirSync(place)).toEqual(['62.1'])
  })
})

it('writes one content of a name after another, and does not wait for other names', async () => {
  let release: (() => void) | undefined
  const slow = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise<void>((resolve) => (release = resolve))
      controller.enqueue(utf8('slow'))
      controller.close()
    },
  })
  const first = files.write('a', slow)
  const second = files.write('a', streamOf('second'))
  await files.write('b', streamOf('b'))
  expect(await contentOf('a')).toBeNull()
  release?.()
  await Promise.all([first, second])
  expect(await contentOf('a')).toBe('second')
  expect(readdirSync(place).sort()).toEqual(['61.2', '62.1'])
})
