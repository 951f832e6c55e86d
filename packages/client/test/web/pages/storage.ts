/** Records and keys of one app, and other pages' ways with its database. */
import { webCrypto } from '@holdfast/core/web-crypto'
import { openDatabase } from '../../../src/platforms/web/database.ts'
import { webKeystore } from '../../../src/platforms/web/keystore.ts'
import { indexedStorage } from '../../../src/platforms/web/storage.ts'

const name = 'bank'

function open(patience: { patienceMs?: number } = {}) {
  const database = openDatabase({ name, ...patience })
  return { storage: indexedStorage(database), keystore: webKeystore(database, webCrypto(crypto)) }
}
let { storage, keystore } = open()

let held: IDBDatabase | null = null
let shown: Promise<string> = Promise.resolve('loaded anew')

export const api = {
  get: (record: string) => storage.get(record),
  put: (record: string, value: string) => storage.put(record, value),
  /** `length` characters that nothing makes shorter. */
  putLong(record: string, length: number): Promise<void> {
    const octets = new Uint8Array(length)
    for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(octets.subarray(at, at + 65_536))
    return storage.put(record, Array.from(octets, (octet) => String.fromCharCode(octet)).join(''))
  },
  list: (prefix: string) => storage.list(prefix),
  findKey: (label: string) => keystore.find(label),
  signKey: (label: string) => keystore.sign(label, new Uint8Array(1)),
  findAttempt: (label: string) => keystore.wrapped.attempts.find(label),
  /** So that a test of being kept out ends soon. Only for one in which nothing else can come. */
  beImpatient: () => void ({ storage, keystore } = open({ patienceMs: 500 })),
  bePatient: () => void ({ storage, keystore } = open()),
  watchShow(): void {
    shown = new Promise((resolve) => {
      addEventListener('pageshow', ({ persisted }) => resolve(persisted ? 'from the cache' : 'loaded anew'))
    })
  },
  shownAgain: () => shown,
  /** A page that has the database open and does not give way. */
  hold: (): Promise<void> =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open(name)
      request.addEventListener('success', () => {
        held = request.result
        resolve()
      })
      request.addEventListener('error', () => reject(request.error as Error))
    }),
  letGo: () => held?.close(),
  /** Asks for the database to be deleted, and does not wait for it. */
  startDeleting: () => void indexedDB.deleteDatabase(name),
  delete: (): Promise<string> =>
    new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name)
      let way = 'given way at once'
      request.addEventListener('blocked', () => {
        way = 'blocked'
      })
      request.addEventListener('success', () => resolve(way))
      request.addEventListener('error', () => reject(request.error as Error))
    }),
  /** As in a browser that forbids this site to store anything. */
  forbid: () =>
    Object.defineProperty(globalThis, 'indexedDB', {
      value: {
        open(): never {
          throw new DOMException('forbidden', 'SecurityError')
        },
      },
    }) && undefined,
  /** How IndexedDB transactions for writing were asked for from now on. */
  async durabilityOf(record: string): Promise<string[]> {
    const asked: string[] = []
    const { value: transaction } = Object.getOwnPropertyDescriptor(
      IDBDatabase.prototype,
      'transaction',
    ) as TypedPropertyDescriptor<IDBDatabase['transaction']>
    IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...args) {
      if (args[1] === 'readwrite') asked.push(args[2]?.durability ?? 'default')
      return (transaction as IDBDatabase['transaction']).apply(this, args)
    }
    await storage.put(record, 'value')
    IDBDatabase.prototype.transaction = transaction as IDBDatabase['transaction']
    return asked
  },
}
