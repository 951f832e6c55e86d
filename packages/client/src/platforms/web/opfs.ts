/** Folders of the origin private file system. */
import { attempt } from '../../vault-error.ts'

export async function folderOf(name: string): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory()
  return root.getDirectoryHandle(name, { create: true })
}

function isAbsent(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotFoundError'
}

/** Null only when there is no such file. */
export async function findFile(
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<FileSystemFileHandle | null> {
  try {
    return await folder.getFileHandle(name)
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
}

/** Resolves also when there was none. Rejects with `vault_unavailable` while somebody has it open. */
export function removeFile(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  return attempt(async () => {
    try {
      await folder.removeEntry(name)
    } catch (error) {
      if (!isAbsent(error)) throw error
    }
  })
}
