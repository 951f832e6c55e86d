/** A file of 100 MB written and read on Node: as a plain copy, by the vault, and by openpgp.js; all in pieces of 64 KiB. */

import { randomFillSync } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { VaultFiles } from '@holdfast/client'
import * as openpgp from 'openpgp'
import { fileActs } from './files.ts'
import type { Bytes } from './files.ts'
import { prefixed } from './order.ts'
import type { Acts } from './order.ts'

const megabytes = 100
const piece = 64 * 1024

/** Streamed, and on the disk when it returns. */
async function write(path: string, content: Bytes): Promise<void> {
  await pipeline(Readable.fromWeb(content as never), createWriteStream(path))
  const file = await open(path)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

const read = (path: string): Bytes =>
  Readable.toWeb(createReadStream(path, { highWaterMark: piece })) as unknown as Bytes

/** OpenPGP to a key of RFC 9580: encrypted and authenticated piece by piece (AEAD), as age is, so that it streams too. */
async function pgp(directory: string) {
  const config = { v6Keys: true, aeadProtect: true }
  const { publicKey, privateKey } = await openpgp.generateKey({
    type: 'curve25519',
    userIDs: [{ name: 'phone' }],
    format: 'object',
    config,
  })
  const path = (name: string): string => join(directory, `${name}.pgp`)
  return {
    async put(name: string, content: Bytes): Promise<void> {
      const message = await openpgp.createMessage({ binary: content as never })
      const keys = { encryptionKeys: publicKey, format: 'binary', config } as const
      await write(path(name), await openpgp.encrypt({ message, ...keys }))
    },
    async get(name: string): Promise<Bytes> {
      const message = await openpgp.readMessage({ binaryMessage: read(path(name)) as never })
      const keys = { decryptionKeys: privateKey, format: 'binary', config } as const
      return (await openpgp.decrypt({ message, ...keys })).data
    },
  }
}

export async function nodeFileActs(files: VaultFiles, directory: string): Promise<Acts> {
  const content = randomFillSync(new Uint8Array(piece))
  const path = (name: string): string => join(directory, name)
  const plain = {
    put: (name: string, bytes: Bytes) => write(path(name), bytes),
    get: async (name: string) => read(path(name)),
  }
  const given = { megabytes, content }
  return {
    ...prefixed('plain', fileActs(plain, given)),
    ...prefixed('vault', fileActs(files, given)),
    ...prefixed('pgp', fileActs(await pgp(directory), given)),
  }
}
