/**
 * Large named things as files. expo-file-system 57.0 replaces a file by removing it first (iOS), so nothing is replaced here: each
 * content is written under a name of its own, takes its place by a rename to a name that is free, and then those before it go. After a
 * crash the newest that has its place is read. It has no fsync: what a power failure leaves is up to the phone's file system.
 */
import { fromUtf8, HoldfastError } from '@holdfast/core'
import type { FileStore } from '../../ports.ts'
import type { Folder } from './folder.ts'

/** `<hex of the name>.<generation>`, and `.draft` while it is being written. */
const kept = /^((?:[0-9a-f]{2})*)\.(\d+)$/
const draft = /^((?:[0-9a-f]{2})*)\.\d+\.draft$/
const pieceLength = 65_536

function nameOf(hex: string): string {
  return fromUtf8(Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)))
}

function isFull(error: unknown): boolean {
  return error instanceof Error && /no space|ENOSPC|out of space|disk full/i.test(error.message)
}

export function expoFiles(folder: Folder): FileStore {
  /** Generations of a name, newest first. */
  const generations = (hex: string): number[] =>
    folder
      .fileNames()
      .map((fileName) => kept.exec(fileName))
      .filter((found) => found?.[1] === hex)
      .map((found) => Number(found?.[2]))
      .sort((a, b) => b - a)
  /** The last write of each name: generations are counted, so one is written after another. */
  const writing = new Map<string, Promise<void>>()

  async function fill(fileName: string, content: ReadableStream<Uint8Array>): Promise<void> {
    const file = folder.file(fileName)
    file.create({ overwrite: true })
    const handle = file.open()
    try {
      const reader = content.getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        if (value.length > 0) handle.writeBytes(value)
      }
    } finally {
      handle.close()
    }
  }

  async function write(name: string, content: ReadableStream<Uint8Array>): Promise<void> {
    const hex = folder.nameOf(name)
    const next = `${hex}.${(generations(hex)[0] ?? 0) + 1}`
    const place = `${next}.draft`
    try {
      await fill(place, content)
      folder.file(place).rename(next)
    } catch (error) {
      folder.remove(place)
      throw isFull(error) ? new HoldfastError('storage_full', { cause: error }) : error
    }
    sweep(hex, next)
  }

  /** Everything of this name but one, the oldest first: half done, it leaves the newest. */
  function sweep(hex: string, but: string | null): void {
    const old = generations(hex)
      .sort((a, b) => a - b)
      .map((generation) => `${hex}.${generation}`)
    const drafts = folder.fileNames().filter((fileName) => draft.exec(fileName)?.[1] === hex)
    for (const fileName of [...drafts, ...old]) if (fileName !== but) folder.remove(fileName)
  }

  return {
    async read(name: string): Promise<ReadableStream<Uint8Array> | null> {
      const hex = folder.nameOf(name)
      const [newest] = generations(hex)
      if (newest === undefined) return null
      const handle = folder.file(`${hex}.${newest}`).open()
      return new ReadableStream<Uint8Array>({
        pull(controller): void {
          let piece: Uint8Array
          try {
            piece = handle.readBytes(pieceLength)
          } catch (error) {
            handle.close()
            throw error
          }
          if (piece.length > 0) return controller.enqueue(piece)
          handle.close()
          controller.close()
        },
        cancel: (): void => handle.close(),
      })
    },
    write(name: string, content: ReadableStream<Uint8Array>): Promise<void> {
      const turn = (writing.get(name) ?? Promise.resolve()).then(() => write(name, content))
      const settled = turn.then(free, free)
      function free(): void {
        if (writing.get(name) === settled) writing.delete(name)
      }
      writing.set(name, settled)
      return turn
    },
    list: async () => [
      ...new Set(
        folder
          .fileNames()
          .map((fileName) => kept.exec(fileName)?.[1])
          .filter((hex) => hex !== undefined)
          .map(nameOf),
      ),
    ],
    delete: async (name: string) => sweep(folder.nameOf(name), null),
  }
}
