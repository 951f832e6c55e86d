/**
 * Vectors other people made: Wycheproof, RFC 9421 appendix B, the structured-field suite. They are not part of this
 * repository; HOLDFAST_VECTORS names their folder, else `../shared/vectors` beside the repository is tried.
 */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const folder =
  process.env['HOLDFAST_VECTORS'] ?? fileURLToPath(new URL('../../../../shared/vectors', import.meta.url))

export type OutsideVectors = {
  readonly absent: boolean
  /** Says aloud what is missing when the vectors are. */
  readonly title: string
  /** The JSON of one file of the set, unpacked when it ends in `.gz`. */
  read(file: string): unknown
}

export function outsideVectors(set: string): OutsideVectors {
  const place = resolve(folder, set)
  const absent = !existsSync(place)
  return {
    absent,
    title: absent ? `SKIPPED: no vectors in ${set} (set HOLDFAST_VECTORS to their folder)` : set,
    read(file: string): unknown {
      const bytes = readFileSync(resolve(place, file))
      return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString())
    },
  }
}
