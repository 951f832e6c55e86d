/**
 * Unlocking by a factor (docs/protocol.md 13.2), in an order in which every crash leaves a way in: prove the factor, open the wrap, open the
 * vault and its mark, wrap anew and write that down, and only then tell the service which share is held now, with the request for tokens.
 */
import { deviceGrant, HoldfastError, type SigningKey } from '@holdfast/core'
import { signedForOneOf, signerOf, triedWithOneOf } from './attempt.ts'
import type { Certificates } from './certificate.ts'
import type { Offline } from './offline.ts'
import type { UsedFactor } from './offline-way.ts'
import { logIn } from './passcode.ts'
import type { Platform } from './ports.ts'
import { provePresence } from './presence.ts'
import type { Factor } from './prompt.ts'
import type { StoredRecord } from './record.ts'
import type { Safe } from './safe.ts'
import { type Family, openFamily } from './session.ts'
import { deviceShare, nextWrap, openWay, type Proved } from './share.ts'
import type { EnrolledState } from './state.ts'
import type { Service } from './statement.ts'
import { derivedKey, zero } from './vault-key.ts'
import { forgetOldKey, keyInForce, type KeyInForce } from './vault-rekey.ts'
import {
  type PasscodeWay,
  passcodeWays,
  type PresenceWay,
  presenceWay,
  type Way,
  withOnly,
  type WrapsRecord,
  withWay,
} from './wraps.ts'

export type UnlockTools = {
  readonly service: Service
  readonly device: EnrolledState
  readonly deviceKey: SigningKey
  readonly certificates: Certificates
  readonly wraps: StoredRecord<WrapsRecord>
  readonly safe: Safe
  readonly offline: Offline
  /** Tries of the passcode that are left before the next lock; null: it was right. */
  readonly counted: (left: number | null) => void
}

/** This device's ways in; null while it has none. */
export async function readWraps({
  wraps,
  device,
}: Pick<UnlockTools, 'wraps' | 'device'>): Promise<WrapsRecord | null> {
  const record = await wraps.read()
  return record?.device === device.device ? record : null
}

type KeyNow = Pick<KeyInForce, 'key' | 'before'>

/** The key the vault is under now, of the one a wrap gave. */
async function keyNow({ service, safe }: UnlockTools, vault: string, given: Uint8Array): Promise<KeyNow> {
  if (safe.isOpen()) return { key: safe.key(), before: [] }
  return keyInForce(service.platform, vault, given)
}

/**
 * Makes the device key usable where it is wrapped under the vault key. When a change of that one broke off it lies under one `before`, and
 * then is brought under this one.
 */
export async function openDeviceKey(
  { keystore, crypto }: Pick<Platform, 'keystore' | 'crypto'>,
  label: string,
  { key, before }: KeyNow,
): Promise<void> {
  const { wrapped } = keystore
  if (wrapped === undefined) return
  const wrapping = await derivedKey(key, 'deviceKey', crypto)
  const [last, ...earlier] = before
  try {
    await wrapped.open(label, wrapping).catch(async (error: unknown) => {
      if (last === undefined) throw error
      await openDeviceKey({ keystore, crypto }, label, { key: last, before: earlier })
      await wrapped.keep(label, wrapping)
    })
  } finally {
    zero(wrapping)
  }
}

export type Entry = {
  /** As read before the factor was proved; null: there was none. */
  readonly before: WrapsRecord | null
  /** The record to be kept, without the new wrap. */
  readonly record: WrapsRecord
  /** The way whose wrap is made. */
  readonly way: WithoutWrap<PasscodeWay> | WithoutWrap<PresenceWay>
  readonly share: Uint8Array
  readonly vaultKey: Uint8Array
  readonly proved: Proved
}
type WithoutWrap<Kind extends Way> = Omit<Kind, 'held' | 'wrapped' | 'behind'>

/** Writes the way's next wrap down, unless another window did so since. Resolves to the record as it is now. */
export async function keepWrap(
  { service, wraps }: Pick<UnlockTools, 'service' | 'wraps'>,
  entry: Entry,
): Promise<WrapsRecord> {
  const { before, record, way, share, vaultKey, proved } = entry
  const place = { way: way.way, vault: record.vault }
  const wrap = await nextWrap(vaultKey, place, { share, proved }, service.platform.crypto)
  if (JSON.stringify(await wraps.read()) !== JSON.stringify(before))
    throw new HoldfastError('vault_unavailable')
  const next = withWay(record, { ...way, ...wrap, behind: false })
  await wraps.write(next)
  return next
}

async function openSafe({ service, safe, offline }: UnlockTools, entry: Entry): Promise<void> {
  const { vaultKey, proved, record } = entry
  const root = { vault: record.vault, vaultKey }
  const { statement } = await service.statement()
  const mark = { known: proved.release.mark, next: proved.release.next_mark }
  await safe.enter({
    ...root,
    mark,
    offline: statement.offline === undefined ? null : await offline.store(root),
  })
}

/**
 * From the proved factor to the session. `kept` runs when the wrap is written and nothing was told to the service yet. What it opened is
 * closed again when it fails.
 */
export async function enter(
  tools: UnlockTools,
  entry: Entry,
  kept: () => Promise<void> = async () => undefined,
): Promise<Family> {
  const { service, safe, deviceKey, certificates } = tools
  const { release, grant, factor } = entry.proved
  const wasOpen = safe.isOpen()
  try {
    await openSafe(tools, entry)
    const record = await keepWrap(tools, entry)
    await kept()
    const ack = { number: release.number + 1, mark: release.next_mark }
    const family = await openFamily(service, { deviceKey, certificates }, { grant_type: grant, factor, ack })
    await settle(tools, record, entry.way.way)
    return family
  } catch (error) {
    if (!wasOpen) await safe.close()
    throw error
  }
}

/** A session was opened by this way. What is not tidied up now is at the next unlock: the session is open all the same. */
async function settle(tools: UnlockTools, record: WrapsRecord, name: string): Promise<void> {
  try {
    const { vault, ways } = await settlePasscode(tools, record, name)
    if (ways.every(({ behind }) => !behind)) await forgetOldKey(tools.service.platform, vault)
  } catch {
    // At the next unlock.
  }
}

/** Of two passcodes the one that opened is the one that counts. */
async function settlePasscode(
  { service, wraps }: UnlockTools,
  record: WrapsRecord,
  name: string,
): Promise<WrapsRecord> {
  const way = record.ways.find((each) => each.way === name)
  if (way === undefined) return record
  const settled = withOnly(record, way)
  if (settled.ways.length === record.ways.length) return record
  await wraps.write(settled)
  const attempts = service.platform.keystore.wrapped?.attempts
  for (const gone of passcodeWays(record)) {
    if (gone.way !== name && gone.attempt !== null) await attempts?.remove(gone.attempt.label)
  }
  return settled
}

type Opened = { readonly way: Way; readonly proved: Proved; readonly used: UsedFactor }

/**
 * The next try is for the other passcode: else, of one try after each lock, none would ever be left for it. Nobody else may write the
 * record meanwhile.
 */
export async function tryLast(
  { wraps, device }: Pick<UnlockTools, 'wraps' | 'device'>,
  { way: name }: PasscodeWay,
): Promise<void> {
  const record = await readWraps({ wraps, device })
  const way = record?.ways.find((each) => each.way === name)
  if (record === null || way === undefined) return
  await wraps.write({ ...record, ways: [...record.ways.filter((each) => each !== way), way] })
}

function proveOneOf(tools: UnlockTools, record: WrapsRecord, passcode: string): Promise<Opened> {
  const { service, device, counted } = tools
  return triedWithOneOf(
    passcodeWays(record),
    async (way) => {
      const options = { device, signer: signerOf(tools, way), passcode, record: way.way, held: way.held }
      const proved = await logIn(service, options, counted)
      return { way, proved, used: { kind: 'passcode', way: way.way, passcode } }
    },
    (way) => tryLast(tools, way),
  )
}

async function prove(tools: UnlockTools, record: WrapsRecord, factor: Factor): Promise<Opened> {
  if ('passcode' in factor) return proveOneOf(tools, record, factor.passcode)
  const way = presenceWay(record)
  if (way === null) throw new HoldfastError('presence_unknown')
  const { proved, secret } = await signedForOneOf(tools, passcodeWays(record), (signer) =>
    provePresence(tools.service, { device: tools.device, signer, way }),
  )
  return { way, proved, used: { kind: 'presence', way: way.way, label: way.label, secret } }
}

/** The offline store follows the policy of the moment. What fails here is no reason to keep a user out. */
export async function refreshOffline(
  { service, offline }: Pick<UnlockTools, 'service' | 'offline'>,
  root: { readonly vault: string; readonly vaultKey: Uint8Array },
  used: UsedFactor,
): Promise<void> {
  try {
    const { statement } = await service.statement()
    await offline.refresh(statement.offline?.seconds ?? null, root, used)
  } catch {
    // The next unlock does it.
  }
}

/** Rejects with `passcode_not_set` where this device has no such way in, and with what the factor was refused with. */
export async function unlockBy(tools: UnlockTools, factor: Factor): Promise<Family> {
  const { platform } = tools.service
  const record = await readWraps(tools)
  if (record === null) throw new HoldfastError('passcode_not_set')
  const { way, proved, used } = await prove(tools, record, factor)
  const { vault } = record
  let given: Uint8Array | null = null
  let now: KeyNow | null = null
  let share: Uint8Array | null = null
  try {
    share = await deviceShare(platform.secrets, vault)
    given = await openWay(way, vault, { share, proved }, platform.crypto)
    now = await keyNow(tools, vault, given)
    await openDeviceKey(platform, tools.device.key.label, now)
    const family = await enter(tools, { before: record, record, way, share, vaultKey: now.key, proved })
    await refreshOffline(tools, { vault, vaultKey: now.key }, used)
    return family
  } catch (error) {
    if (!tools.safe.isOpen()) platform.keystore.wrapped?.close()
    throw error
  } finally {
    proved.forget()
    zero(given, now?.key, ...(now?.before ?? []), share)
  }
}

/** By the device key alone, while this device has no passcode. */
export function unlockByDevice({ service, deviceKey, certificates }: UnlockTools): Promise<Family> {
  return openFamily(service, { deviceKey, certificates }, { grant_type: deviceGrant })
}
