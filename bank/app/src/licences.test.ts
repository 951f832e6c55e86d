import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { licences, version } from './licences.ts'

type Manifest = { version: string; license?: string; dependencies?: Record<string, string> }

function manifest(file: string | URL): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest
}

it('names every package the app is made of, under its licence', () => {
  const found = new Map<string, string>()
  for (const part of ['bank/app', 'packages/client', 'packages/core']) {
    const file = new URL(`../../../${part}/package.json`, import.meta.url)
    const require = createRequire(file)
    for (const name of Object.keys(manifest(file).dependencies ?? {})) {
      if (name.startsWith('@holdfast/')) continue
      const folders = require.resolve.paths(name) ?? []
      const installed = folders.flatMap((folder) => {
        try {
          return [manifest(`${folder}/${name}/package.json`)]
        } catch {
          return []
        }
      })
      // One of them names no licence in its manifest; its file says MIT.
      found.set(name, installed[0]?.license ?? 'MIT')
    }
  }
  const sorted = [...found].toSorted(([one], [other]) => one.localeCompare(other, 'en'))
  expect(licences).toEqual(sorted.map(([name, licence]) => ({ name, licence })))
  expect(version).toBe(manifest(new URL('../package.json', import.meta.url)).version)
})
