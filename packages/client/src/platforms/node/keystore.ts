/**
 * Device keys as files. These are software keys: whoever can read the directory has them, and nothing here is as strong as a
 * phone's secure hardware. For servers, command-line tools and tests.
 */
import { createPrivateKey } from 'node:crypto'
import { join } from 'node:path'
import { HoldfastError, type KeyPair, type PublicJwk, thumbprint } from '@holdfast/core'
import { generatePkcs8, importPrivateKey, nodeCrypto } from '@holdfast/core/node-crypto'
import type { Keystore, StoredKey } from '../../ports.ts'
import { readOwn, removeOwn, writeOwn } from './file.ts'
import type { IdentityKey } from './tls.ts'

/** A keystore that also lets this platform's own network use a key for TLS: the port above it cannot ask for one. */
export type FileKeystore = Keystore & { readonly identityKey: IdentityKey }

async function stored(publicJwk: PublicJwk): Promise<StoredKey> {
  return { publicJwk, thumbprint: await thumbprint(publicJwk, nodeCrypto) }
}

function pemOf(pkcs8: Uint8Array): string {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  return key.export({ format: 'pem', type: 'pkcs8' }).toString()
}

export function fileKeystore(directory: string): FileKeystore {
  const path = (label: string): string => join(directory, `${encodeURIComponent(label)}.pkcs8`)

  async function read<Key>(label: string, take: (pkcs8: Uint8Array) => Key): Promise<Key | null> {
    try {
      const pkcs8 = await readOwn(path(label))
      return pkcs8 === null ? null : take(pkcs8)
    } catch (cause) {
      throw new HoldfastError('key_unavailable', { cause })
    }
  }
  const load = (label: string): Promise<KeyPair | null> => read(label, importPrivateKey)

  return {
    async create(label: string): Promise<StoredKey> {
      if ((await load(label)) !== null) throw new TypeError('this label is in use')
      const pkcs8 = generatePkcs8()
      await writeOwn(path(label), pkcs8)
      return stored(importPrivateKey(pkcs8).publicJwk)
    },
    async find(label: string): Promise<StoredKey | null> {
      const pair = await load(label)
      return pair === null ? null : stored(pair.publicJwk)
    },
    async sign(label: string, data: Uint8Array): Promise<Uint8Array> {
      const pair = await load(label)
      if (pair === null) throw new HoldfastError('key_missing')
      return nodeCrypto.sign(pair.privateKey, data)
    },
    identityKey: (label: string): Promise<string | null> => read(label, pemOf),
    remove: (label: string): Promise<void> => removeOwn(path(label)),
  }
}
