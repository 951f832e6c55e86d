/** An engine in this thread, as the port wants it. */
import { HoldfastError } from '@holdfast/core'
import type { SqlDatabase } from '../../ports.ts'
import { type SqlEngine, sqlError } from './engine.ts'

/** `release` is called once, after the files are closed. */
export function promised(engine: SqlEngine, release: () => Promise<void>): SqlDatabase {
  let open = true
  async function run<Result>(act: () => Result): Promise<Result> {
    if (!open) throw new HoldfastError('locked')
    try {
      return act()
    } catch (error) {
      throw sqlError(error)
    }
  }
  return {
    exec: (sql, parameters) => run(() => engine.exec(sql, parameters)),
    batch: (statements) => run(() => engine.batch(statements)),
    rekey: (key) => run(() => engine.rekey(key)),
    async close(): Promise<void> {
      if (!open) return
      open = false
      try {
        engine.close()
      } finally {
        await release()
      }
    },
  }
}
