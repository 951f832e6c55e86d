/** The keys of a configuration: opened where they live, and rotated so that the audit knows. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { HoldfastError } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import {
  auditEntry,
  type Clock,
  fileKms,
  type HoldfastServer,
  type KeyFile,
  type KeyFileOptions,
  type Kms,
  openKeyFile,
  type Overlaps,
  passphraseProtection,
  systemClock,
} from '@holdfast/server'
import { Complaint } from './config/complaint.ts'
import type { Config } from './config/config.ts'
import type { KeysConfig } from './config/keys.ts'
import type { Stores } from './stores.ts'

/** `sealing` keys are in no file: they live in the memory of running gateways. */
export const keyUses = ['service', 'token', 'forward', 'ca', 'wrapping', 'sealing'] as const
export type KeyUse = (typeof keyUses)[number]

export function keyFileOf(config: Pick<Config, 'data'>): string {
  return join(config.data, 'keys.json')
}

/** Each key is accepted as long as anything it made can live. */
function overlapsOf({ policy, transfers }: Pick<Config, 'policy' | 'transfers'>): Partial<Overlaps> {
  const { session, repeatSeconds, idempotency, activation, oneTimeText, challengeLifeSeconds } = policy
  const { holdSeconds, releasedSeconds } = transfers ?? { holdSeconds: 0, releasedSeconds: 0 }
  const ms = (...seconds: number[]): number => (Math.max(...seconds) + 60) * 1000
  return {
    token: ms(session.accessSeconds, repeatSeconds),
    wrapping: ms(
      idempotency.lifeSeconds,
      repeatSeconds,
      session.maxSeconds,
      activation.lifeSeconds,
      oneTimeText.lifeSeconds,
      challengeLifeSeconds,
      policy.approval.lifeSeconds + holdSeconds + releasedSeconds,
    ),
    service: ms(policy.statementSeconds),
    ca: ms(policy.certificate.lifeSeconds),
  }
}

async function openKms(keys: KeysConfig): Promise<Kms> {
  if (keys.kind === 'plain') return fileKms()
  if (keys.kind === 'file') return fileKms(passphraseProtection(keys.passphrase))
  // Loaded here: its library is there only where somebody keeps keys in an HSM.
  const { openPkcs11 } = await import('@holdfast/server/pkcs11')
  return openPkcs11(keys)
}

function previousOf(keys: KeysConfig): Pick<KeyFileOptions, 'previous'> {
  if (keys.kind === 'plain' || keys.previous === null) return {}
  const { previous } = keys
  return { previous: typeof previous === 'string' ? previous : passphraseProtection(previous) }
}

function complaintOf(error: unknown, config: Config): unknown {
  const file = keyFileOf(config)
  if (error instanceof HoldfastError && error.code === 'store_unavailable')
    return new Complaint(`${file}: the HSM of its keys cannot be reached or does not do what it is asked`, 1)
  if (error instanceof TypeError)
    return new Complaint(error.message.includes(config.data) ? error.message : `${file}: ${error.message}`, 1)
  const { code } = error as NodeJS.ErrnoException
  return code === undefined
    ? error
    : new Complaint(`${file} cannot be opened (${code}): check data in the configuration`, 1)
}

/** Opens the key file of a configuration, making data directory and keys when they are not there. Rejects with Complaint. */
export async function openKeys(config: Config, clock: Clock = systemClock): Promise<KeyFile> {
  try {
    await mkdir(config.data, { recursive: true, mode: 0o700 })
    return await openKeyFile(keyFileOf(config), {
      clock,
      crypto: nodeCrypto,
      kms: await openKms(config.keys),
      ...previousOf(config.keys),
      overlaps: overlapsOf(config),
      caName: `Holdfast CA of ${new URL(config.origin).host}`,
    })
  } catch (error) {
    throw complaintOf(error, config)
  }
}

/** What may be shown of the keys. */
export type PublicKeys = {
  readonly keys: ReturnType<KeyFile['describe']>
  readonly pins: readonly string[]
  readonly forward: Readonly<Record<string, string>>
  /** PEM: the CA certificates under which client certificates are accepted. */
  readonly ca: readonly string[]
  /** Whether sealed requests are taken. */
  readonly sealing: boolean
}

function pemOf(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----`
}

export function publicKeys(keys: KeyFile, sealing: boolean): PublicKeys {
  const { jwk, kid } = keys.forward()
  return {
    keys: keys.describe(),
    pins: keys.servicePins(),
    forward: { ...jwk, kid },
    ca: keys.caCertificates().map(pemOf),
    sealing,
  }
}

/**
 * Written down first: a rotation the audit cannot hold does not happen. `actor` is an operator's name or the system. Rejects with
 * `bad_request` when there is nothing to rotate, because sealing is off.
 */
export async function rotateKey(
  {
    server,
    keys,
    stores,
    clock,
  }: {
    readonly server: Pick<HoldfastServer, 'sealing'>
    readonly keys: KeyFile
    readonly stores: Stores
    readonly clock: Clock
  },
  use: KeyUse,
  actor: string,
): Promise<PublicKeys> {
  const { sealing } = server
  if (use === 'sealing') {
    await sealing.rotate(actor)
  } else {
    const entry = auditEntry('keys.rotated', { at: clock.now(), actor, detail: { key: use } })
    await stores.store.appendAudit(entry)
    await keys.rotate(use)
  }
  return publicKeys(keys, sealing.offered)
}
