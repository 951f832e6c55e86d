/**
 * The service's keys in one file (docs/operate.md): made at first start, read by every node, changed by `holdfast keys`. With a
 * protection (kms.ts) it is encrypted; with keys in a token it only says where they are.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { type SyncCryptoPort, toBase64url } from '@holdfast/core'
import { makeCaCertificate } from './ca.ts'
import type { Clock } from './deployment.ts'
import { type Acceptable, openKeyText, sealKeyText } from './key-envelope.ts'
import { replaceFile, withLock } from './key-lock.ts'
import {
  type KeyRecord,
  type KeyUse,
  newKeyRecord,
  type Overlaps,
  parseKeyRecord,
  rotateRecord,
  signingKeysOf,
  withCa,
  withoutGone,
} from './key-record.ts'
import { createKeyRing, type DescribedRing, type KeyDescription, openRingKey } from './key-ring.ts'
import type { KeyRing } from './keys.ts'
import { fileKms } from './kms-file.ts'
import type { Kms, Protection } from './kms.ts'
import { opaqueReady } from './opaque.ts'

/**
 * What opening may find from before, and take over: a readable file, one under another protection, or, where new keys are made in a
 * token, private keys that are still in the file (`file`; the other two include it).
 */
export type Previous = 'readable' | 'file' | Protection

export type KeyFileOptions = {
  readonly clock: Clock
  readonly crypto: SyncCryptoPort
  /** Where private keys live; in the file, which is readable, unless told. */
  readonly kms?: Kms
  /** Counts once, for opening; the file is encrypted anew under the protection of `kms`. */
  readonly previous?: Previous
  /**
   * How long each key is accepted after its successor began, in milliseconds. `token`: the life of an access token and of a kept
   * answer. `wrapping`: of everything sealed in the store, a
   * transfer that is held among it. `service`: of a statement.
   */
  readonly overlaps?: Partial<Overlaps>
  /** Who the certificate of a CA is for, e.g. the host of the origin. */
  readonly caName?: string
}

export interface KeyFile extends KeyRing {
  /**
   * Makes a new key and takes it over here; other nodes do at their next reload.
   * `token`, `wrapping`: known at once, works after 60 s, the old one is accepted while anything it made lives.
   * `ca`: the first works at once, another after a day; the old one is trusted until its last certificate has ended.
   * `service`, `forward`: the next key becomes the current one and a new next one is made.
   */
  rotate(use: KeyUse): Promise<KeyDescription[]>
  /**
   * Reads the file again, and erases from it what has been gone for an hour. Rejects with TypeError when it is damaged, open to others,
   * or not encrypted as it is meant to be, and keeps the keys it has.
   */
  reload(): Promise<void>
  /** Public halves, names and states; never a private half. */
  describe(): KeyDescription[]
}

const minute = 60_000
/** Client certificates live 72 hours (docs/protocol.md 10). */
const defaultOverlaps: Overlaps = {
  token: 15 * minute,
  wrapping: 1441 * minute,
  service: 60 * minute,
  ca: 4320 * minute,
}
/** Seen gone for so long by a running process: a clock that was wrong for a while destroys no key. */
const eraseAfterMs = 60 * minute
const caLifeMs = 3650 * 24 * 3_600_000

async function openOrNull(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Null when there is no file. Throws TypeError when anybody but the owner can reach it: then the keys are no secret. */
async function readText(path: string): Promise<string | null> {
  const file = await openOrNull(path)
  if (file === null) return null
  try {
    // The open file is looked at, not the path: what is checked is what is read.
    const { mode } = await file.stat()
    if ((mode & 0o077) !== 0)
      throw new TypeError(
        `${path} is open to group or others: set its mode to 0600, and think of its keys as known`,
      )
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/** What was read, and the text it was read from: as long as that is the same, nobody changed a key. */
type Held = {
  readonly record: KeyRecord
  readonly text: string
  readonly under: Protection | null
  /** Of a version before: the record has something that is not in the text. */
  readonly isOlder: boolean
}

function present(held: Held | null, path: string): Held {
  if (held === null) throw new TypeError(`the key file ${path} is gone`)
  return held
}

/**
 * Opens the key file, or makes it with mode 0600. Rejects with TypeError when it is damaged, open to others, does not open, or is from
 * before in a way that `previous` does not say.
 */
export async function openKeyFile(path: string, options: KeyFileOptions): Promise<KeyFile> {
  const { clock, crypto, kms = fileKms(), previous, caName = 'Holdfast' } = options
  const overlaps: Overlaps = { ...defaultOverlaps, ...options.overlaps }
  const { protection } = kms
  const ringOf = (record: KeyRecord): DescribedRing => createKeyRing(record, { clock, crypto, overlaps, kms })
  const strangersIn = (record: KeyRecord): string[] =>
    signingKeysOf(record).filter((said) => !kms.isOwn(said))
  /** Null until the file was opened. From then on nothing of what `previous` says counts any more. */
  let held: Held | null = null

  function acceptable(): Acceptable {
    const before = held === null ? previous : undefined
    const under = typeof before === 'object' ? before : null
    return {
      protections: [protection, under].filter((one) => one !== null),
      readable: protection === null || before === 'readable',
    }
  }

  /** Where keys are made in a token, private keys leave the file and never come back: an old copy of it may be in other hands. */
  function checkStrangers(record: KeyRecord): void {
    if (held === null && previous !== undefined) return
    const known = held === null ? [] : strangersIn(held.record)
    if (strangersIn(record).some((said) => !known.includes(said)))
      throw new TypeError(
        'the key file holds private keys that the HSM should hold: restore it from a backup. ' +
          'While keys from before move into the HSM, write "previous: file" under keys in the configuration',
      )
  }

  /** An old file put back while nodes run would make half of them refuse every passcode. */
  function checkOpaque({ opaque }: KeyRecord): void {
    if (held !== null && held.record.opaque !== opaque)
      throw new TypeError('the key file holds another OPAQUE setup: no passcode would be right any more')
  }

  async function read(): Promise<Held | null> {
    const text = await readText(path)
    if (text === null) return null
    const opened = await openKeyText(text, acceptable())
    const { record, isOlder } = parseKeyRecord(opened.text)
    checkStrangers(record)
    checkOpaque(record)
    return { record, text, under: opened.under, isOlder }
  }

  const isAsMeant = ({ under, isOlder }: Held): boolean => under === protection && !isOlder

  /** Reads, changes and writes as one act among all processes: of two rotations at once the second sees the first. */
  function write(change: (before: Held | null) => KeyRecord, renew = false): Promise<Held> {
    return withLock(path, async () => {
      const before = await read()
      const record = withoutGone(change(before), { now: clock.now(), overlaps })
      if (record === before?.record && isAsMeant(before)) return before
      const plain = `${JSON.stringify(record, null, 2)}\n`
      const text = protection === null ? plain : await sealKeyText(plain, protection, renew)
      await replaceFile(path, text)
      return { record, text, under: protection, isOlder: false }
    })
  }

  function makeCa(record: KeyRecord, now: number): KeyRecord {
    const key = kms.createKey('ca')
    const dates = { notBefore: new Date(now - minute), notAfter: new Date(now + caLifeMs) }
    const certificate = makeCaCertificate(openRingKey(key, kms, crypto), { name: caName, ...dates })
    return withCa(record, { key, certificate: toBase64url(certificate) }, { now, overlaps })
  }

  function rotated({ record }: Held, use: KeyUse): KeyRecord {
    const now = clock.now()
    if (use === 'ca') return makeCa(record, now)
    const serviceKid = openRingKey(record.service.current, kms, crypto).kid
    return rotateRecord(record, use, { now, overlaps, crypto, createKey: kms.createKey, serviceKid })
  }

  await opaqueReady
  const found = await read()
  const first =
    found !== null && isAsMeant(found)
      ? found
      : await write((before) => before?.record ?? newKeyRecord(crypto, kms.createKey))
  let ring = ringOf(first.record)
  held = first
  const take = (next: Held): void => {
    if (next.text !== held?.text) ring = ringOf(next.record)
    held = next
  }

  let goneSince: number | null = null
  async function erase(record: KeyRecord): Promise<void> {
    const isGone = withoutGone(record, { now: clock.now(), overlaps }) !== record
    const seen = clock.monotonic()
    goneSince = isGone ? (goneSince ?? seen) : null
    if (goneSince === null || seen - goneSince < eraseAfterMs) return
    // Where the file cannot be written it is tried, and complained about, once an hour.
    goneSince = null
    take(await write((before) => present(before, path).record))
  }

  return {
    service: (): ReturnType<KeyRing['service']> => ring.service(),
    servicePins: (): readonly string[] => ring.servicePins(),
    serviceThumbprints: (): readonly string[] => ring.serviceThumbprints(),
    token: (): ReturnType<KeyRing['token']> => ring.token(),
    tokenKeys: (): ReturnType<KeyRing['tokenKeys']> => ring.tokenKeys(),
    forward: (): ReturnType<KeyRing['forward']> => ring.forward(),
    ca: (): ReturnType<KeyRing['ca']> => ring.ca(),
    caCertificates: (): readonly Uint8Array[] => ring.caCertificates(),
    seal: (context: string, plaintext: Uint8Array, secret?: Uint8Array): string =>
      ring.seal(context, plaintext, secret),
    open: (context: string, sealed: string, secret?: Uint8Array): Uint8Array =>
      ring.open(context, sealed, secret),
    digest: (context: string, secret: string): string => ring.digest(context, secret),
    mac: (context: string, plain: string): string => ring.mac(context, plain),
    isMac: (context: string, plain: string, mac: string): boolean => ring.isMac(context, plain, mac),
    sealForGood: (context: string, plaintext: Uint8Array): string => ring.sealForGood(context, plaintext),
    openForGood: (context: string, sealed: string): Uint8Array => ring.openForGood(context, sealed),
    opaque: (): ReturnType<KeyRing['opaque']> => ring.opaque(),
    version: (): string => ring.version(),
    describe: (): KeyDescription[] => ring.describe(),
    async rotate(use: KeyUse): Promise<KeyDescription[]> {
      take(await write((before) => rotated(present(before, path), use), use === 'wrapping'))
      return ring.describe()
    },
    async reload(): Promise<void> {
      if ((await readText(path)) !== held?.text) take(present(await read(), path))
      if (held !== null) await erase(held.record)
    },
  }
}
