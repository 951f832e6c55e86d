/** How many wipes the store has seen, in a file of the data directory: kept apart from the database and its backups (docs/operate.md 9). */
import { randomBytes } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { HoldfastError } from '@holdfast/core'
import type { WipeMemory } from '@holdfast/server'
import { Complaint } from './config/complaint.ts'

const form = /^\{"wipes":(\d{1,15})\}\n$/

/**
 * Rejects with Complaint when there is a file and it says nothing. While the service runs, a file that cannot be read or written is no
 * reason to release anything: both throw `store_unavailable`.
 */
export async function openWipeFile(data: string): Promise<WipeMemory> {
  const memory = wipeFile(join(data, 'wipes.json'))
  await memory.read().catch(({ cause }: HoldfastError) => {
    const reason = cause instanceof Error ? cause.message : 'unreadable'
    throw new Complaint(
      `the memory of wipes cannot be read (${reason}): put it back from the node's files, or remove it and look at the audit log first`,
      1,
    )
  })
  return memory
}

function wipeFile(file: string): WipeMemory {
  async function read(): Promise<number | null> {
    try {
      const wipes = form.exec(await readFile(file, 'utf8'))?.[1]
      if (wipes === undefined) throw new TypeError(`${file} is damaged`)
      return Number(wipes)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw new HoldfastError('store_unavailable', { cause })
    }
  }

  /** Whole or not at all, whenever the power goes. */
  async function put(count: number): Promise<void> {
    const draft = `${file}.${randomBytes(6).toString('hex')}`
    try {
      const handle = await open(draft, 'wx', 0o600)
      try {
        await handle.writeFile(`{"wipes":${count}}\n`)
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(draft, file)
    } catch (cause) {
      await rm(draft, { force: true })
      throw new HoldfastError('store_unavailable', { cause })
    }
  }

  /** One after the other here; what another process wrote between the two steps is put right by the next comparison. */
  async function raise(count: number): Promise<void> {
    if (((await read()) ?? -1) < count) await put(count)
  }

  let last: Promise<void> = Promise.resolve()
  return {
    read,
    write(count: number): Promise<void> {
      const written = last.then(() => raise(count))
      last = written.catch(() => undefined)
      return written
    },
  }
}
