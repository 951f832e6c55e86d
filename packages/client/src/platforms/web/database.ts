/**
 * IndexedDB as a few shelves of named values. A write resolves when it is on the disk (`durability: 'strict'`). The connection gives
 * way at once when another page asks for it, and is made again at the next use.
 */
import { HoldfastError } from '@holdfast/core'

const version = 1
const shelves = ['records', 'secrets', 'keys', 'attempts', 'passkeys'] as const
export type Shelf = (typeof shelves)[number]

/**
 * All reject with what IndexedDB said, `storage_full` when there is no room, and with `storage_evicted` for good when the database was there and is
 * not any more: a page that went on with an empty one would take an enrolled device for a new one.
 */
export type Database = {
  /** Undefined when there is none. */
  get(shelf: Shelf, name: string): Promise<unknown>
  /** `next` sees what is there and says what shall be; when it throws, nothing changes. No other page comes between. */
  update(shelf: Shelf, name: string, next: (before: unknown) => unknown): Promise<void>
  delete(shelf: Shelf, name: string): Promise<void>
  names(shelf: Shelf): Promise<string[]>
}

export type DatabaseOptions = {
  readonly name: string
  /** How long another page may keep this one from opening the database, in milliseconds. */
  readonly patienceMs?: number
}

function failureOf(cause: unknown): Error {
  if (cause instanceof DOMException && cause.name === 'QuotaExceededError')
    return new HoldfastError('storage_full', { cause })
  return cause instanceof Error ? cause : new Error('the browser ended the transaction')
}

/** Null: there is none, and none was made because it should be there. */
function open(name: string, expected: boolean, patienceMs: number): Promise<IDBDatabase | null> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version)
    let late = false
    let absent = false
    const timer = setTimeout(() => {
      late = true
      reject(new Error('another page keeps the database from opening'))
    }, patienceMs)
    request.addEventListener('upgradeneeded', ({ oldVersion }) => {
      absent = expected && oldVersion === 0
      if (absent) request.transaction?.abort()
      else for (const shelf of shelves) request.result.createObjectStore(shelf)
    })
    request.addEventListener('success', () => {
      clearTimeout(timer)
      if (late) request.result.close()
      else resolve(request.result)
    })
    request.addEventListener('error', () => {
      clearTimeout(timer)
      if (absent) resolve(null)
      else reject(failureOf(request.error))
    })
  })
}

/** Opens nothing before the first use. */
export function openDatabase({ name, patienceMs = 10_000 }: DatabaseOptions): Database {
  let seen = false
  let evicted = false
  let current: Promise<IDBDatabase> | null = null

  async function connect(): Promise<IDBDatabase> {
    const database = evicted ? null : await open(name, seen, patienceMs)
    evicted = database === null
    if (database === null) throw new HoldfastError('storage_evicted')
    seen = true
    database.addEventListener('versionchange', () => {
      current = null
      database.close()
    })
    // The browser closed it, e.g. because the user cleared what this site had stored.
    database.addEventListener('close', () => {
      current = null
    })
    return database
  }
  function connection(): Promise<IDBDatabase> {
    current ??= connect().catch((error: unknown) => {
      current = null
      throw error
    })
    return current
  }

  async function transact(
    shelf: Shelf,
    mode: IDBTransactionMode,
    act: (store: IDBObjectStore, fail: (error: Error) => void) => IDBRequest,
  ): Promise<unknown> {
    const database = await connection()
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(shelf, mode, { durability: 'strict' })
      const fail = (error: Error): void => {
        reject(error)
        transaction.abort()
      }
      const request = act(transaction.objectStore(shelf), fail)
      transaction.addEventListener('complete', () => resolve(request.result))
      transaction.addEventListener('abort', () => reject(failureOf(transaction.error)))
    })
  }

  return {
    get: (shelf, key) => transact(shelf, 'readonly', (store) => store.get(key)),
    async update(shelf, key, next): Promise<void> {
      await transact(shelf, 'readwrite', (store, fail) => {
        const read = store.get(key)
        read.addEventListener('success', () => {
          try {
            store.put(next(read.result), key)
          } catch (error) {
            fail(failureOf(error))
          }
        })
        return read
      })
    },
    async delete(shelf, key): Promise<void> {
      await transact(shelf, 'readwrite', (store) => store.delete(key))
    },
    names: async (shelf) => (await transact(shelf, 'readonly', (store) => store.getAllKeys())) as string[],
  }
}
