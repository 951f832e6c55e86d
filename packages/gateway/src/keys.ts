/** The key file of a configuration: opened, and rotated so that the audit knows. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { auditEntry, type Clock, type KeyFile, openKeyFile, systemClock } from '@holdfast/server'
import { Complaint } from './complaint.ts'
import type { Config } from './config.ts'
import type { Stores } from './stores.ts'

export const keyUses = ['token', 'service', 'forward'] as const
export type KeyUse = (typeof keyUses)[number]

export function keyFileOf(config: Config): string {
  return join(config.data, 'keys.json')
}

/** Opens the key file of a configuration, making data directory and keys when they are not there. */
export async function openKeys(config: Config, clock: Clock = systemClock): Promise<KeyFile> {
  const { session, repeatSeconds } = config.policy
  const overlapSeconds = Math.max(session.accessSeconds, repeatSeconds) + 60
  try {
    await mkdir(config.data, { recursive: true, mode: 0o700 })
    return await openKeyFile(keyFileOf(config), { clock, crypto: nodeCrypto, overlapSeconds })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== undefined)
      throw new Complaint(
        `${keyFileOf(config)} cannot be opened (${code}): check data in the configuration`,
        1,
      )
    if (error instanceof TypeError) {
      const { message } = error
      throw new Complaint(message.includes(config.data) ? message : `${keyFileOf(config)}: ${message}`, 1)
    }
    throw error
  }
}

/** What may be shown of the keys. */
export type PublicKeys = {
  readonly keys: ReturnType<KeyFile['describe']>
  readonly pins: readonly string[]
  readonly forward: Readonly<Record<string, string>>
}

export function publicKeys(keys: KeyFile): PublicKeys {
  const { jwk, kid } = keys.forward()
  return { keys: keys.describe(), pins: keys.servicePins(), forward: { ...jwk, kid } }
}

/** Written down first: a rotation the audit cannot hold does not happen. `actor` is an operator's name or the system. */
export async function rotateKey(
  { keys, stores, clock }: { readonly keys: KeyFile; readonly stores: Stores; readonly clock: Clock },
  use: KeyUse,
  actor: string,
): Promise<PublicKeys> {
  await stores.store.appendAudit(auditEntry('keys.rotated', { at: clock.now(), actor, detail: { key: use } }))
  await keys.rotate(use)
  return publicKeys(keys)
}
