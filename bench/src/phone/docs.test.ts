import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { tables } from './doc-tables.ts'
import { sectionOf, withSection } from './docs.ts'
import { phoneTargets } from './rows.ts'

const head = {
  cpu: 'A processor',
  cores: [0, 1],
  node: 'v20.19.4',
  chromium: 'Chromium 1.2',
  date: '2026-01-02T03:04:05Z',
  phoneRounds: 5,
}
const rows = phoneTargets.map(({ name }) => ({ name, perSecond: 2000, ratioToFloor: 0.25, spread: 0.1 }))

it('has a row for every figure of the tables, and every table is as wide as its head', () => {
  const section = sectionOf({ head, rows })
  expect(section).not.toMatch(/not measured|undefined|NaN/)
  expect(section).toContain('| by passcode | 0.5 | 0.5 | 10 % |')
  expect(section).toContain('Chromium 1.2')
  for (const { columns, lines } of tables)
    for (const line of lines) expect(line.length, line[0]).toBe(columns.length)
})

it('says what was not measured', () => {
  const without = rows.filter(({ name }) => !name.startsWith('Chromium'))
  expect(sectionOf({ head, rows: without })).toContain('| by passcode | 0.5 | not measured | 10 % |')
})

it('finds its one place in the page, again and again', () => {
  const page = readFileSync(new URL('../../../docs/choosing.md', import.meta.url), 'utf8')
  const first = withSection(page, sectionOf({ head, rows }))
  const second = withSection(first, sectionOf({ head, rows: rows.slice(0, 3) }))
  expect(first).toContain('| by passcode |')
  expect(withSection(second, sectionOf({ head, rows }))).toBe(first)
  expect(() => withSection('# Another page', '')).toThrow('no single place')
})
