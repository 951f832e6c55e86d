/** Large named things as files. */
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { FileStore } from '../../ports.ts'
import { attempt, vaultError } from '../../vault-error.ts'
import { listOwn, removeOwn, syncDirectory } from './file.ts'

const ending = '.file'
const draftEnding = '.new'
/** What nobody finished in a day, nobody will: its process died. */
const draftLifeMs = 24 * 60 * 60 * 1000

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

/** An error of the content itself is passed on as it is; one of the disk becomes ours. */
async function writeAll(file: FileHandle, content: ReadableStream<Uint8Array>): Promise<void> {
  const reader = content.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    try {
      await file.writeFile(value)
    } catch (error) {
      await reader.cancel(error).catch(() => undefined)
      throw vaultError(error)
    }
  }
  await attempt(() => file.sync())
}

async function removeAbandoned(directory: string): Promise<void> {
  for (const name of await listOwn(directory, draftEnding)) {
    const path = join(directory, name + draftEnding)
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > draftLifeMs) await rm(path, { force: true })
  }
}

export function fileStore(directory: string): FileStore {
  const path = (name: string): string => join(directory, encodeURIComponent(name) + ending)
  return {
    read: (name: string): Promise<ReadableStream<Uint8Array> | null> =>
      attempt(async () => {
        if (!(await isThere(path(name)))) return null
        const stream = createReadStream(path(name), { highWaterMark: 64 * 1024 })
        return Readable.toWeb(stream) as ReadableStream<Uint8Array>
      }),
    async write(name: string, content: ReadableStream<Uint8Array>): Promise<void> {
      await attempt(() => mkdir(directory, { recursive: true, mode: 0o700 }))
      const draft = `${path(name)}.${randomBytes(8).toString('hex')}${draftEnding}`
      const file = await attempt(() => open(draft, 'wx', 0o600))
      try {
        try {
          await writeAll(file, content)
        } finally {
          await file.close()
        }
        await attempt(() => rename(draft, path(name)))
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
      await attempt(() => syncDirectory(directory))
    },
    list: (): Promise<string[]> =>
      attempt(async () => {
        await removeAbandoned(directory).catch(() => undefined)
        return (await listOwn(directory, ending)).map(decodeURIComponent)
      }),
    delete: (name: string): Promise<void> => attempt(() => removeOwn(path(name))),
  }
}
