/** `node:fs` for suites that read our vectors. */
import { given } from './data.ts'

export function readFileSync(url: URL): string {
  const name = String(url).replace(/^.*\//, '')
  const text = given.files?.[name]
  if (text === undefined) throw new Error(`not given: ${name}`)
  return text
}
