import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { textOf, withSection } from '../section.ts'
import { section } from './docs.ts'
import { phoneTargets } from './rows.ts'

const head = {
  cpu: 'A processor',
  cores: [0, 1],
  node: 'v20.19.4',
  chromium: 'Chromium 1.2',
  date: '2026-01-02T03:04:05Z',
  rounds: 5,
  phoneRounds: 5,
}
const figuresOf = (name: string) => ({
  name,
  perSecond: 2000,
  p50: 1,
  p95: 2,
  ratioToFloor: 0.25,
  spread: 0.1,
  cpuMicros: null,
  failed: 0,
})
const rows = phoneTargets.map(({ name }) => figuresOf(name))

it('has a row for every figure of the tables, and every table is as wide as its head', () => {
  const text = textOf(section, { head, rows })
  expect(text).not.toMatch(/not measured|undefined|NaN/)
  expect(text).toContain('| by passcode | 0.5 | 0.5 | 10 % |')
  expect(text).toContain('Chromium 1.2')
  for (const { columns, lines } of section.tables)
    for (const line of lines) expect(line.length, line[0]).toBe(columns.length)
})

it('says what was not measured', () => {
  const without = rows.filter(({ name }) => !name.startsWith('Chromium'))
  expect(textOf(section, { head, rows: without })).toContain('| by passcode | 0.5 | not measured | 10 % |')
})

it('finds its one place in the page, again and again', () => {
  const page = readFileSync(new URL('../../../docs/choosing.md', import.meta.url), 'utf8')
  const first = withSection(page, section, textOf(section, { head, rows }))
  const second = withSection(first, section, textOf(section, { head, rows: rows.slice(0, 3) }))
  expect(first).toContain('| by passcode |')
  expect(withSection(second, section, textOf(section, { head, rows }))).toBe(first)
  expect(() => withSection('# Another page', section, '')).toThrow('no single place')
})
