/** Records as files. */
import { join } from 'node:path'
import { fromUtf8 } from '@holdfast/core'
import type { RecordStore } from '../../ports.ts'
import { listOwn, readOwn, removeOwn, writeOwn } from './file.ts'

export function fileStorage(directory: string): RecordStore {
  const path = (name: string): string => join(directory, `${encodeURIComponent(name)}.json`)
  return {
    async get(name: string): Promise<string | null> {
      const content = await readOwn(path(name))
      return content === null ? null : fromUtf8(content)
    },
    put: (name: string, value: string): Promise<void> => writeOwn(path(name), value),
    delete: (name: string): Promise<void> => removeOwn(path(name)),
    async list(prefix: string): Promise<string[]> {
      const names = (await listOwn(directory, '.json')).map(decodeURIComponent)
      return names.filter((name) => name.startsWith(prefix))
    },
  }
}
