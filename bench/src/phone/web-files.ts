/** A file of 20 MB in the origin private file system: as a plain copy, and by the vault. Runs in a page. */

import type { VaultFiles } from '@holdfast/client'
import { fileActs } from './files.ts'
import type { Keeps } from './files.ts'
import { prefixed } from './order.ts'
import type { Acts } from './order.ts'

const megabytes = 20
const piece = 64 * 1024

async function find(name: string): Promise<FileSystemFileHandle> {
  const root = await navigator.storage.getDirectory()
  return root.getFileHandle(`plain-${name}`, { create: true })
}

const plain: Keeps = {
  put: async (name, content) => content.pipeTo(await (await find(name)).createWritable()),
  get: async (name) => (await (await find(name)).getFile()).stream(),
}

export function webFileActs(files: VaultFiles): Acts {
  const given = { megabytes, content: crypto.getRandomValues(new Uint8Array(piece)) }
  return { ...prefixed('plain', fileActs(plain, given)), ...prefixed('vault', fileActs(files, given)) }
}
