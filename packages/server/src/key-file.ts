/** The service's keys in one file (docs/operate.md): made at first start, read by every node, changed by `holdfast keys`. */
import { type FileHandle, open, rename, rm, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { SyncCryptoPort } from '@holdfast/core'
import type { Clock } from './deployment.ts'
import { type KeyRecord, type KeyUse, newKeyRecord, parseKeyRecord, rotateRecord } from './key-record.ts'
import { createKeyRing, type DescribedRing, type KeyDescription } from './key-ring.ts'
import type { KeyRing, SigningKeyEntry } from './keys.ts'

export type KeyFileOptions = {
  readonly clock: Clock
  readonly crypto: SyncCryptoPort
  /**
   * How long a token key is accepted after its successor began to sign, in seconds. At least the life of an access token
   * and of a kept answer (policy `session.accessSeconds`, `repeatSeconds`); 15 minutes unless told.
   */
  readonly overlapSeconds?: number
}

export interface KeyFile extends KeyRing {
  /**
   * Makes a new key in the file and takes it over here; other nodes do at their next reload.
   * `token`: published at once, signs after 60 s, the old one is accepted while anything it signed lives.
   * `service`, `forward`: the next key becomes the current one and a new next one is made.
   */
  rotate(which: KeyUse): Promise<KeyDescription[]>
  /** Reads the file again. Rejects with TypeError when it is damaged or open to others, and keeps the keys it has. */
  reload(): Promise<void>
  /** Public halves, names and states; never a private half. */
  describe(): KeyDescription[]
}

const defaultOverlapSeconds = 900
const lockWaitMs = 2000
const lockPollMs = 20

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

async function openOrNull(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Null when there is no file. Throws TypeError when anybody but the owner can reach it: then the keys are no secret. */
async function readRecord(path: string): Promise<KeyRecord | null> {
  const file = await openOrNull(path)
  if (file === null) return null
  try {
    // The open file is looked at, not the path: what is checked is what is read.
    const { mode } = await file.stat()
    if ((mode & 0o077) !== 0)
      throw new TypeError(
        `${path} is open to group or others: set its mode to 0600, and think of its keys as known`,
      )
    return parseKeyRecord(await file.readFile('utf8'))
  } finally {
    await file.close()
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** All or nothing, even when the power fails: readers see the old file or the new one, never half of one. */
async function writeRecord(path: string, record: KeyRecord): Promise<void> {
  const draft = `${path}.new`
  // Only the holder of the lock writes; a draft that is here was left by a crash, and may be readable by others.
  await rm(draft, { force: true })
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(record, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  await syncDirectory(dirname(path))
}

async function takeLock(lock: string): Promise<void> {
  const deadline = performance.now() + lockWaitMs
  for (;;) {
    try {
      await (await open(lock, 'wx', 0o600)).close()
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (performance.now() > deadline)
      throw new TypeError(`the key file is being changed: if no other command runs, remove ${lock}`)
    await wait(lockPollMs)
  }
}

/** Reads, changes and writes as one act among all processes: of two rotations at once the second sees the first. */
async function changeRecord(
  path: string,
  change: (before: KeyRecord | null) => KeyRecord,
): Promise<KeyRecord> {
  const lock = `${path}.lock`
  await takeLock(lock)
  try {
    const before = await readRecord(path)
    const after = change(before)
    if (after !== before) await writeRecord(path, after)
    return after
  } finally {
    await unlink(lock)
  }
}

function present(record: KeyRecord | null, path: string): KeyRecord {
  if (record === null) throw new TypeError(`the key file ${path} is gone`)
  return record
}

/** Opens the key file, or makes it with mode 0600. Rejects with TypeError when it is damaged or open to others. */
export async function openKeyFile(path: string, options: KeyFileOptions): Promise<KeyFile> {
  const { clock, crypto, overlapSeconds = defaultOverlapSeconds } = options
  const overlapMs = overlapSeconds * 1000
  let record =
    (await readRecord(path)) ?? (await changeRecord(path, (before) => before ?? newKeyRecord(crypto)))
  let ring: DescribedRing = createKeyRing(record, { clock, crypto, overlapMs })

  function take(next: KeyRecord): void {
    if (JSON.stringify(next) === JSON.stringify(record)) return
    ring = createKeyRing(next, { clock, crypto, overlapMs })
    record = next
  }

  return {
    service: (): SigningKeyEntry => ring.service(),
    servicePins: (): readonly string[] => ring.servicePins(),
    token: (): SigningKeyEntry => ring.token(),
    tokenKeys: (): ReturnType<KeyRing['tokenKeys']> => ring.tokenKeys(),
    forward: (): SigningKeyEntry => ring.forward(),
    seal: (context: string, plaintext: Uint8Array): string => ring.seal(context, plaintext),
    open: (context: string, sealed: string): Uint8Array => ring.open(context, sealed),
    digest: (context: string, secret: string): string => ring.digest(context, secret),
    version: (): string => ring.version(),
    describe: (): KeyDescription[] => ring.describe(),
    async rotate(which: KeyUse): Promise<KeyDescription[]> {
      take(
        await changeRecord(path, (before) =>
          rotateRecord(present(before, path), which, clock.now(), overlapMs),
        ),
      )
      return ring.describe()
    },
    async reload(): Promise<void> {
      take(present(await readRecord(path), path))
    },
  }
}
