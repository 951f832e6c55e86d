/** Those of others' vectors that were given along. */
import { given } from './data.ts'

export function outsideVectors(set: string): { absent: boolean; title: string; read(file: string): unknown } {
  const files = given.outside?.[set]
  return {
    absent: files === undefined,
    title: set,
    read(file: string): unknown {
      if (files?.[file] === undefined) throw new Error(`not given: ${set}/${file}`)
      return files[file]
    },
  }
}
