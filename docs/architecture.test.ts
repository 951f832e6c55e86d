import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const root = new URL('..', import.meta.url)
const page = readFileSync(new URL('ARCHITECTURE.md', root), 'utf8')
const floors = ['core', 'client', 'server', 'gateway']

const cells = page
  .split('\n')
  .filter((line) => /^\| [a-z]/.test(line) && !line.startsWith('| feature'))
  .flatMap((line) => {
    const [feature, ...columns] = line.split('|').slice(1, -1)
    return columns.flatMap((column, i) =>
      [...column.matchAll(/`([^`]+)`/g)].map(([, file]) => [feature?.trim(), floors[i], file] as const),
    )
  })

it.each(cells)('%s on the floor %s: %s exists', (_, floor, file) => {
  expect(existsSync(new URL(`packages/${floor}/src/${file}`, root))).toBe(true)
})
it('finds the table', () => {
  expect(cells.length).toBeGreaterThan(50)
})
