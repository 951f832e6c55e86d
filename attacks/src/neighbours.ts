/** What lies beside the packages and is attacked with them: the bank's ledger, and the check an example gives to backends. */
import { cpSync, existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('../..', import.meta.url))

/** Where each lies as it is shipped. */
const places: Readonly<Record<string, string>> = { bank: 'bank/api/dist', examples: 'examples' }

/** `bank/main.js` or `examples/node-accounts/approval.mjs`, as it is shipped; null for a file of a package. */
export function shippedNeighbour(path: string): string | null {
  const [name = '', ...rest] = path.split('/')
  const place = places[name]
  return place === undefined ? null : join(project, place, ...rest)
}

/** The same file: the copy's where `directory` holds one, else the shipped one. Throws for a file of a package. */
export function neighbourFile(directory: string, path: string): string {
  const copied = join(directory, path)
  const shipped = shippedNeighbour(path)
  if (shipped === null) throw new TypeError(`${path} lies in a package`)
  return existsSync(copied) ? copied : shipped
}

/** Puts a copy of a neighbour into `directory`, with other contents of one file. */
export function copyNeighbour(directory: string, path: string, contents: string): void {
  const [name = ''] = path.split('/')
  const to = join(directory, name)
  if (!existsSync(to)) {
    const isOwn = (file: string): boolean => !file.endsWith('node_modules')
    // A copy of a link would lead back to the shipped file.
    cpSync(join(project, places[name] ?? ''), to, { recursive: true, dereference: true, filter: isOwn })
    writeFileSync(join(to, 'package.json'), '{ "type": "module" }\n')
    symlinkSync(join(project, 'node_modules'), join(to, 'node_modules'))
  }
  rmSync(join(directory, path))
  writeFileSync(join(directory, path), contents)
}
