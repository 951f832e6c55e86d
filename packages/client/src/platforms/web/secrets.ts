/** A browser has no keystore for secrets: they lie beside the records, readable by whoever has the disk. */
import type { SecretStore } from '../../ports.ts'
import type { Database } from './database.ts'

export function indexedSecrets(database: Database): SecretStore {
  return {
    hardware: false,
    async get(name: string): Promise<Uint8Array | null> {
      const value = await database.get('secrets', name)
      if (value === undefined) return null
      if (!(value instanceof Uint8Array)) throw new TypeError('not a secret of ours')
      return value
    },
    put: (name: string, secret: Uint8Array): Promise<void> =>
      database.update('secrets', name, () => secret.slice()),
    delete: (name: string): Promise<void> => database.delete('secrets', name),
  }
}
