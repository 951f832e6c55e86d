/**
 * Attempt keys in IndexedDB, bare: no script can export them, but whoever has the disk reads them in plain text. They sign the messages
 * that lead to an unlock and nothing else, which the service sees to.
 */
import { type CryptoPort, HoldfastError, thumbprint } from '@holdfast/core'
import * as v from 'valibot'
import type { StoredKey, WrappedKeys } from '../../ports.ts'
import type { Database } from './database.ts'
import { answering, generateKey, type MadeKey, publicJwkSchema, signWith } from './key.ts'

const schema: v.GenericSchema<unknown, MadeKey> = v.strictObject({
  publicJwk: publicJwkSchema,
  key: v.instance(CryptoKey),
})

export function attemptKeys(database: Database, provider: CryptoPort): WrappedKeys['attempts'] {
  const stored = async ({ publicJwk }: MadeKey): Promise<StoredKey> => ({
    publicJwk,
    thumbprint: await thumbprint(publicJwk, provider),
  })
  const load = (label: string): Promise<MadeKey | null> =>
    answering(async () => {
      const value = await database.get('attempts', label)
      return value === undefined ? null : v.parse(schema, value)
    })

  return {
    async create(label: string): Promise<StoredKey> {
      let inUse = false
      const made = await answering(async () => {
        const fresh = await generateKey(false)
        await database.update('attempts', label, (before) => {
          inUse = before !== undefined
          return inUse ? before : fresh
        })
        return fresh
      })
      if (inUse) throw new TypeError('this label is in use')
      return stored(made)
    },
    async find(label: string): Promise<StoredKey | null> {
      const key = await load(label)
      return key === null ? null : stored(key)
    },
    async sign(label: string, data: Uint8Array): Promise<Uint8Array> {
      const found = await load(label)
      if (found === null) throw new HoldfastError('key_missing')
      return answering(() => signWith(found.key, data))
    },
    remove: (label: string): Promise<void> => answering(() => database.delete('attempts', label)),
  }
}
