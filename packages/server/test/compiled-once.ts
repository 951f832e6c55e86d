import { setFlagsFromString } from 'node:v8'

/** Of PGlite: PostgreSQL is compiled once for each process, which soon ends, and not a second time for speed. */
export function compileOnce(): void {
  setFlagsFromString('--liftoff-only')
}
