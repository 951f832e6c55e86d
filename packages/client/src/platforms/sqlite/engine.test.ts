import { describe, expect, it } from 'vitest'
import { nodeSqlite } from '../node/sql.ts'
import { memoryFile } from '../testing/sql.ts'
import { openEngine, type SqlEngine } from './engine.ts'
import type { DatabaseFiles, SyncFile } from './vfs.ts'

const key = new Uint8Array(32).fill(7)
class PowerFailure extends Error {}

type Change = { readonly at: number; readonly bytes: Uint8Array } | { readonly size: number }
/** What a disk keeps of the changes nobody flushed. */
type Loss = 'none kept' | 'all kept' | 'every second kept' | 'all kept, the last torn'

function apply(file: ReturnType<typeof memoryFile>, change: Change): void {
  if ('size' in change) file.truncate(change.size)
  else file.write(change.bytes, { at: change.at })
}

/** A disk whose power fails before the operation numbered `failAt`. */
function disk(first: { main: Uint8Array; journal: Uint8Array }, failAt: number) {
  let operations = 0
  const step = (): void => {
    if (++operations >= failAt) throw new PowerFailure()
  }
  function file(content: Uint8Array) {
    const durable = memoryFile(content)
    const seen = memoryFile(content)
    const pending: Change[] = []
    const change = (made: Change): void => {
      step()
      pending.push(made)
      apply(seen, made)
    }
    const sync: SyncFile = {
      read: (into, place) => seen.read(into, place),
      write(from, { at }) {
        change({ at, bytes: from.slice() })
        return from.length
      },
      truncate: (size) => change({ size }),
      flush() {
        step()
        for (const made of pending.splice(0)) apply(durable, made)
      },
      getSize: () => seen.getSize(),
      close: () => undefined,
    }
    function left(loss: Loss): Uint8Array {
      const copy = memoryFile(durable.bytes)
      pending.forEach((made, i) => {
        if (loss === 'none kept' || (loss === 'every second kept' && i % 2 === 0)) return
        const torn = loss === 'all kept, the last torn' && i === pending.length - 1 && 'bytes' in made
        apply(copy, torn ? { at: made.at, bytes: made.bytes.subarray(0, made.bytes.length / 2) } : made)
      })
      return copy.bytes
    }
    return { sync, left }
  }
  const main = file(first.main)
  const journal = file(first.journal)
  return {
    files: { main: main.sync, journal: journal.sync } satisfies DatabaseFiles,
    operations: () => operations,
    left: (loss: Loss) => ({ main: main.left(loss), journal: journal.left(loss) }),
  }
}

const open = async (files: DatabaseFiles, under = key): Promise<SqlEngine> =>
  openEngine(await nodeSqlite(), files, under)

async function filled(): Promise<{ main: Uint8Array; journal: Uint8Array }> {
  const files = { main: memoryFile(), journal: memoryFile() }
  const engine = await open(files)
  engine.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER, c TEXT)')
  engine.batch(
    Array.from({ length: 60 }, (_, i) => ['INSERT INTO t VALUES (?, 0, ?)', [i, 'x'.repeat(500)]] as const),
  )
  engine.close()
  return { main: files.main.bytes, journal: files.journal.bytes }
}

/** Which side of the transaction it is on: all rows have the same number. */
function sideOf(engine: SqlEngine): number {
  const rows = engine.exec(
    'SELECT min(b) AS low, max(b) AS high, count(*) AS n, sum(length(c)) AS size FROM t',
  )
  expect(engine.exec('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  const [{ low, high, n, size }] = rows as [Record<string, number>]
  expect([high, n, size]).toEqual([low, 60, 60 * 500])
  return low as number
}

describe('a database in the SQLCipher format', () => {
  it('takes back what a transaction did before it failed', async () => {
    const engine = await open({ main: memoryFile((await filled()).main), journal: memoryFile() })
    for (const failing of ['INSERT INTO t VALUES (1, 1, 1)', 'INSERT INTO nothing VALUES (1)'])
      expect(() => engine.batch([['UPDATE t SET b = 1'], ['DELETE FROM t WHERE a > 5'], [failing]])).toThrow()
    expect(sideOf(engine)).toBe(0)
  })

  it('is before or after a transaction wherever power fails', async () => {
    const first = await filled()
    const whole = disk(first, Number.POSITIVE_INFINITY)
    const engine = await open(whole.files)
    engine.exec('UPDATE t SET b = 1')
    const operations = whole.operations()
    expect(operations).toBeGreaterThan(20)
    const sides = new Set<number>()
    for (let failAt = 1; failAt <= operations; failAt++) {
      const failing = disk(first, failAt)
      try {
        ;(await open(failing.files)).exec('UPDATE t SET b = 1')
      } catch {
        // Either way its memory is lost now.
      }
      for (const loss of ['none kept', 'all kept', 'every second kept', 'all kept, the last torn'] as const) {
        const { main, journal } = failing.left(loss)
        const after = await open({ main: memoryFile(main), journal: memoryFile(journal) })
        sides.add(sideOf(after))
        after.close()
      }
    }
    expect([...sides].sort((a, b) => a - b)).toEqual([0, 1])
  }, 60_000)

  it('has the old key or the new one wherever power fails', async () => {
    const first = await filled()
    const next = new Uint8Array(32).fill(8)
    const whole = disk(first, Number.POSITIVE_INFINITY)
    ;(await open(whole.files)).rekey(next)
    const operations = whole.operations()
    const keys = new Set<string>()
    const failures = Array.from({ length: Math.ceil(operations / 3) }, (_, i) => i * 3 + 1)
    for (const failAt of [...failures, operations, operations + 1]) {
      const failing = disk(first, failAt)
      try {
        ;(await open(failing.files)).rekey(next)
      } catch {
        // As above.
      }
      for (const loss of ['none kept', 'every second kept'] as const) {
        const { main, journal } = failing.left(loss)
        const files = { main: memoryFile(main), journal: memoryFile(journal) }
        const opened: string[] = []
        // The old key first: a journal left behind is under it, and would be lost to another.
        for (const [name, under] of [
          ['old', key],
          ['new', next],
        ] as const) {
          try {
            const engine = await open(files, under)
            sideOf(engine)
            engine.close()
            opened.push(name)
          } catch (error) {
            expect(error).toMatchObject({ code: expect.toBeOneOf([11, 26]) })
          }
        }
        expect(opened.length, `${failAt} ${loss}`).toBe(1)
        keys.add(opened[0] as string)
      }
    }
    expect([...keys].sort()).toEqual(['new', 'old'])
  }, 60_000)

  it('says when there is no room, and is as before', async () => {
    const files = { main: memoryFile((await filled()).main), journal: memoryFile() }
    const engine = await open(files)
    let room = Number.POSITIVE_INFINITY
    const write = files.main.write.bind(files.main)
    files.main.write = (from, place): number => {
      if (place.at >= room) throw Object.assign(new Error('full'), { name: 'QuotaExceededError' })
      return write(from, place)
    }
    room = files.main.bytes.length
    expect(() =>
      engine.batch([['UPDATE t SET b = 1'], ['INSERT INTO t VALUES (1000, 0, zeroblob(100000))']]),
    ).toThrow(expect.objectContaining({ code: 13 }))
    expect(sideOf(engine)).toBe(0)
    room = Number.POSITIVE_INFINITY
    engine.exec('UPDATE t SET b = 1')
    expect(sideOf(engine)).toBe(1)
  })

  it('writes pages under nonces of their own, a random salt, and no temporary file', async () => {
    const { main } = await filled()
    const salts = new Set([
      Buffer.from((await filled()).main.subarray(0, 16)).toString('hex'),
      Buffer.from(main.subarray(0, 16)).toString('hex'),
    ])
    expect(salts.size).toBe(2)
    expect(salts.has('0'.repeat(32))).toBe(false)
    const pages = Array.from({ length: main.length / 4096 }, (_, i) =>
      Buffer.from(main.subarray(i * 4096 + 4016, i * 4096 + 4032)).toString('hex'),
    )
    expect(new Set(pages).size).toBe(pages.length)
    const engine = await open({ main: memoryFile(main), journal: memoryFile() })
    engine.exec('SELECT a FROM t ORDER BY c, b DESC, random()')
    engine.exec('CREATE TEMP TABLE u AS SELECT * FROM t')
    expect(engine.exec('SELECT count(*) AS n FROM u')).toEqual([{ n: 60 }])
  })
})
