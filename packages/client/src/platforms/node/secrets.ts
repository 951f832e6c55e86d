/** Secrets as files for their owner alone: whoever can copy the directory has them, so `hardware` is false. */
import { join } from 'node:path'
import type { SecretStore } from '../../ports.ts'
import { readOwn, removeOwn, writeOwn } from './file.ts'

export function fileSecrets(directory: string): SecretStore {
  const path = (name: string): string => join(directory, `${encodeURIComponent(name)}.secret`)
  return {
    hardware: false,
    get: (name: string): Promise<Uint8Array | null> => readOwn(path(name)),
    put: (name: string, secret: Uint8Array): Promise<void> => writeOwn(path(name), secret),
    delete: (name: string): Promise<void> => removeOwn(path(name)),
  }
}
