import { concat, equal, utf8 } from '@holdfast/core'
import type { FileStore } from '../../ports.ts'
import { type MakeDevice, outcomeOf, present, type TestRunner } from './runner.ts'

/** In pieces, as they come from a network. */
function streamOf(content: Uint8Array, pieceLength = 10_000): ReadableStream<Uint8Array> {
  let offset = 0
  return new ReadableStream<Uint8Array>({
    pull(controller): void {
      if (offset >= content.length) return controller.close()
      controller.enqueue(content.slice(offset, offset + pieceLength))
      offset += pieceLength
    },
  })
}

/** Breaks off after its first piece. */
function brokenStream(): ReadableStream<Uint8Array> {
  let begun = false
  return new ReadableStream<Uint8Array>({
    pull(controller): void {
      if (begun) return controller.error(new RangeError('the line broke'))
      begun = true
      controller.enqueue(utf8('a part of it'))
    },
  })
}

/** Whether this is what is read, to the end. */
async function holds(files: FileStore, name: string, content: Uint8Array): Promise<boolean> {
  const stream = present(await files.read(name))
  const pieces: Uint8Array[] = []
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return equal(concat(...pieces), content)
    pieces.push(present(value))
  }
}

export function fileContract(make: MakeDevice, { describe, it, expect }: TestRunner): void {
  describe('files', () => {
    it('are there after a restart, whole and in order', async () => {
      const { platform, restart } = await make()
      const content = platform.crypto.random(50_000)
      await platform.files.write('large', streamOf(content))
      await platform.files.write('empty', streamOf(new Uint8Array(0)))
      const { files } = await restart()
      expect(await holds(files, 'large', content)).toBe(true)
      expect(await holds(files, 'empty', new Uint8Array(0))).toBe(true)
      expect(await files.read('another')).toBe(null)
      expect((await files.list()).sort()).toEqual(['empty', 'large'])
    })

    it('are what they were before when writing breaks off', async () => {
      const { files } = (await make()).platform
      expect(await outcomeOf(files.write('new', brokenStream()))).toBe('RangeError')
      expect(await files.read('new')).toBe(null)
      await files.write('old', streamOf(utf8('content')))
      expect(await outcomeOf(files.write('old', brokenStream()))).toBe('RangeError')
      expect(await holds(files, 'old', utf8('content'))).toBe(true)
      expect(await files.list()).toEqual(['old'])
    })

    it('are replaced whole, and removed', async () => {
      const { files } = (await make()).platform
      await files.write('name', streamOf(utf8('a longer content than the next')))
      await files.write('name', streamOf(utf8('short')))
      expect(await holds(files, 'name', utf8('short'))).toBe(true)
      await files.delete('name')
      expect(await outcomeOf(files.delete('name'))).toBe('passed')
      expect(await files.read('name')).toBe(null)
      expect(await files.list()).toEqual([])
    })
  })
}
