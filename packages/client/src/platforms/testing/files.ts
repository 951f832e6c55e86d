/** Large named things in memory, which can be copied, put back and changed. */
import { concat } from '@holdfast/core'
import type { FileStore } from '../../ports.ts'

export type FilesSnapshot = ReadonlyMap<string, Uint8Array>

export type VirtualFiles = FileStore & {
  snapshot(): FilesSnapshot
  restore(snapshot: FilesSnapshot): void
}

async function readAll(content: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = content.getReader()
  const pieces: Uint8Array[] = []
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return concat(...pieces)
    pieces.push(value)
  }
}

export function virtualFiles(): VirtualFiles {
  let files = new Map<string, Uint8Array>()
  return {
    async read(name: string): Promise<ReadableStream<Uint8Array> | null> {
      const content = files.get(name)
      return content === undefined ? null : new Blob([new Uint8Array(content)]).stream()
    },
    async write(name: string, content: ReadableStream<Uint8Array>): Promise<void> {
      files.set(name, await readAll(content))
    },
    list: async () => [...files.keys()],
    async delete(name: string): Promise<void> {
      files.delete(name)
    },
    snapshot: () => new Map(files),
    restore(snapshot: FilesSnapshot): void {
      files = new Map(snapshot)
    },
  }
}
