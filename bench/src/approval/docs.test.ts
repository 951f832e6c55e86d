import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { textOf, withSection } from '../section.ts'
import { floorOf } from '../targets.ts'
import { section } from './docs.ts'
import { roundTripTargets, transferTargets } from './rows.ts'

const head = {
  cpu: 'A processor',
  cores: [0, 1],
  node: 'v20.19.4',
  chromium: null,
  date: '2026-01-02T03:04:05Z',
  rounds: 10,
  phoneRounds: 7,
}
const targets = [...transferTargets, ...roundTripTargets]
const figuresOf = (name: string) => ({
  name,
  perSecond: 20,
  p50: 40,
  p95: 90,
  ratioToFloor: 0.125,
  spread: 0.1,
  cpuMicros: 7000,
  failed: 0,
})
const rows = targets.map(({ name }) => figuresOf(name))
const text = textOf(section, { head, rows })

it('has a row for every figure of the tables, and every table is as wide as its head', () => {
  expect(text).not.toMatch(/not measured|undefined|NaN/)
  expect(text).toContain('| on average | 50 | 50 | 50 | 10 % |')
  expect(text).toContain('| approved | 20 | 0.125 | 7 | 20 | 0.125 | 10 % |')
  expect(text).toContain('medians of 7 rounds (one payment) and 10 (all else)')
  for (const { columns, lines } of section.tables)
    for (const line of lines) expect(line.length, line[0]).toBe(columns.length)
})

it('is measured whole by --only ": approval": each row is named so, or a floor of one that is', () => {
  const named = targets.filter(({ name }) => name.includes(': approval'))
  const chosen = new Set([...named.map(({ name }) => name), ...named.flatMap(floorOf)])
  const without = rows.filter(({ name }) => !chosen.has(name)).map(({ name }) => name)
  expect(without).toEqual([])
})

it('finds its one place in the page and leaves all else there', () => {
  const page = readFileSync(new URL('../../../docs/choosing.md', import.meta.url), 'utf8')
  const written = withSection(page, section, text)
  const [before = '', after = ''] = page.split(section.from)
  expect(written.startsWith(before)).toBe(true)
  expect(written.endsWith(after.slice(after.indexOf('<!-- /bench -->')))).toBe(true)
  expect(withSection(written, section, text)).toBe(written)
  const twice = page + section.from
  expect(() => withSection(twice, section, text)).toThrow('no single place')
})
