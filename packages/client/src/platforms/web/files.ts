/** Large named things in the origin private file system. */
import type { FileStore } from '../../ports.ts'
import { attempt, vaultError } from '../../vault-error.ts'
import { findFile, folderOf, removeFile } from './opfs.ts'

/** An error of the content itself is passed on as it is; one of the disk becomes ours. What was written so far is thrown away. */
async function writeAll(
  writable: FileSystemWritableFileStream,
  content: ReadableStream<Uint8Array>,
): Promise<void> {
  const reader = content.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      await writable.write(new Uint8Array(value)).catch(async (error: unknown) => {
        await reader.cancel(error).catch(() => undefined)
        throw vaultError(error)
      })
    }
  } catch (error) {
    await writable.abort().catch(() => undefined)
    throw error
  }
  await attempt(() => writable.close())
}

/** Names on the disk are these, escaped. The browser writes into a file of its own and puts that in the place of the old one. */
export function opfsFiles(folderName: string): FileStore {
  const nameOf = encodeURIComponent
  /** Present or not, as it was before. */
  async function undo(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
    const file = await findFile(folder, nameOf(name))
    if (file !== null && (await file.getFile()).size === 0) await folder.removeEntry(nameOf(name))
  }
  return {
    read: (name: string): Promise<ReadableStream<Uint8Array> | null> =>
      attempt(async () => {
        const file = await findFile(await folderOf(folderName), nameOf(name))
        return file === null ? null : (await file.getFile()).stream()
      }),
    async write(name: string, content: ReadableStream<Uint8Array>): Promise<void> {
      const { folder, isNew, writable } = await attempt(async () => {
        const inFolder = await folderOf(folderName)
        const found = await findFile(inFolder, nameOf(name))
        const file = found ?? (await inFolder.getFileHandle(nameOf(name), { create: true }))
        return { folder: inFolder, isNew: found === null, writable: await file.createWritable() }
      })
      try {
        await writeAll(writable, content)
      } catch (error) {
        if (isNew) await undo(folder, name).catch(() => undefined)
        throw error
      }
    },
    list: (): Promise<string[]> =>
      attempt(async () => {
        const names: string[] = []
        const folder = (await folderOf(folderName)) as unknown as { keys(): AsyncIterable<string> }
        for await (const name of folder.keys()) names.push(decodeURIComponent(name))
        return names
      }),
    delete: async (name: string): Promise<void> => {
      const folder = await attempt(() => folderOf(folderName))
      await removeFile(folder, nameOf(name))
    },
  }
}
