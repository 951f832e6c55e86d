/** expo-file-system 57.0 over Node's: what throws there throws here. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type {
  DirectoryObject,
  FileHandleObject,
  FileObject,
  FileSystemModule,
} from '../../src/platforms/react-native/modules.ts'

const pathOf = (uris: readonly string[]): string => {
  const [first = '', ...rest] = uris
  return join(fileURLToPath(first), ...rest)
}

class FakeFile implements FileObject {
  #path: string
  constructor(...uris: string[]) {
    this.#path = pathOf(uris)
  }
  get exists(): boolean {
    return existsSync(this.#path)
  }
  get name(): string {
    return basename(this.#path)
  }
  create({ overwrite }: { overwrite: boolean }): void {
    if (this.exists && !overwrite) throw new Error('it already exists')
    closeSync(openSync(this.#path, 'w'))
  }
  open(): FileHandleObject {
    const fd = openSync(this.#path, 'r+')
    return {
      readBytes(length) {
        const bytes = new Uint8Array(length)
        return bytes.subarray(0, readSync(fd, bytes, 0, length, null))
      },
      writeBytes: (bytes) => void writeSync(fd, bytes),
      close: () => closeSync(fd),
    }
  }
  rename(name: string): void {
    const target = join(dirname(this.#path), name)
    if (existsSync(target)) throw new Error('the destination exists')
    renameSync(this.#path, target)
    this.#path = target
  }
  delete(): void {
    if (!this.exists) throw new Error('path does not exist')
    rmSync(this.#path)
  }
}

class FakeDirectory implements DirectoryObject {
  readonly #path: string
  constructor(...uris: string[]) {
    this.#path = pathOf(uris)
  }
  get exists(): boolean {
    return existsSync(this.#path)
  }
  get uri(): string {
    return `${pathToFileURL(this.#path).href}/`
  }
  create({ intermediates, idempotent }: { intermediates: boolean; idempotent: boolean }): void {
    if (this.exists && !idempotent) throw new Error('it already exists')
    mkdirSync(this.#path, { recursive: intermediates })
  }
  list(): Array<{ readonly name: string }> {
    return readdirSync(this.#path).map((name) => ({ name }))
  }
}

export function fileSystem(directory: string): FileSystemModule {
  return {
    File: FakeFile,
    Directory: FakeDirectory,
    Paths: { document: { uri: pathToFileURL(directory).href } },
  }
}
