/** A folder of our own in the app's, by expo-file-system. */
import { utf8 } from '@holdfast/core'
import type { FileObject, FileSystemModule } from './modules.ts'

export type Folder = {
  /** As file names are on every system: hex of the name's UTF-8. */
  nameOf(name: string): string
  file(fileName: string): FileObject
  /** Does nothing when there is no such file. */
  remove(fileName: string): void
  fileNames(): string[]
  /** For native code; made when absent. */
  path(): string
}

export function folder({ File, Directory, Paths }: FileSystemModule, name: string): Folder {
  const directory = new Directory(Paths.document.uri, 'holdfast', name)
  const file = (fileName: string): FileObject => new File(directory.uri, fileName)
  const ensure = (): void => directory.create({ intermediates: true, idempotent: true })
  return {
    nameOf: (text: string): string =>
      Array.from(utf8(text), (byte) => byte.toString(16).padStart(2, '0')).join(''),
    file(fileName: string): FileObject {
      ensure()
      return file(fileName)
    },
    remove(fileName: string): void {
      const found = file(fileName)
      if (found.exists) found.delete()
    },
    fileNames: (): string[] => (directory.exists ? directory.list().map((entry) => entry.name) : []),
    path(): string {
      ensure()
      return decodeURIComponent(directory.uri.replace(/^file:\/\//, ''))
    },
  }
}
