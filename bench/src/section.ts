/** Tables of a report in a page of the docs, between two comments there: written by a program, and only by it. */

import { readFileSync, writeFileSync } from 'node:fs'
import type { Row } from './row.ts'

/** Of one row. */
export type Figures = Pick<
  Row,
  'name' | 'perSecond' | 'p50' | 'p95' | 'ratioToFloor' | 'spread' | 'cpuMicros' | 'failed'
>
/** The row it is read from, and what is said of it. */
export type Cell = readonly [name: string, say: (row: Figures) => string]
export type Line = readonly [label: string, ...cells: (Cell | null)[]]

/** Beside its columns each has one for the largest spread of the rows in a line. */
export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly lines: readonly Line[]
}

/** What a section needs of a report. */
export interface Report {
  readonly head: {
    readonly cpu: string
    readonly cores: readonly number[]
    readonly node: string
    readonly chromium: string | null
    readonly date: string
    readonly rounds: number
    readonly phoneRounds: number
  }
  readonly rows: readonly Figures[]
}

export interface Section {
  /** The comment it begins with. */
  readonly from: string
  /** Where and when it was measured. */
  readonly about: (head: Report['head']) => string
  readonly tables: readonly Table[]
}

const to = '<!-- /bench -->'

/** Three digits that count. */
function figure(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(value)))
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: Math.min(digits, 20) })
}

const known = (value: number | null): string => (value === null ? '' : figure(value))

/** The time of one, on average, in milliseconds. */
export const ms = ({ perSecond }: Figures): string => figure(1000 / perSecond)
export const p50 = (row: Figures): string => known(row.p50)
export const p95 = (row: Figures): string => known(row.p95)
export const rate = ({ perSecond }: Figures): string => figure(perSecond)
/** How fast beside its floor; 1: as fast. */
export const beside = ({ ratioToFloor }: Figures): string => known(ratioToFloor)
/** How many times as long as its floor. */
export const times = ({ ratioToFloor }: Figures): string =>
  known(ratioToFloor === null ? null : 1 / ratioToFloor)
export const cpuMs = ({ cpuMicros }: Figures): string => known(cpuMicros === null ? null : cpuMicros / 1000)

export function textOf({ from, about, tables }: Section, { head, rows }: Report): string {
  const byName = new Map(rows.map((row) => [row.name, row]))
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  function say(cell: Cell | null): string {
    if (cell === null) return ''
    const row = byName.get(cell[0])
    return row === undefined ? 'not measured' : cell[1](row)
  }
  function spread(cells: readonly (Cell | null)[]): string {
    const spreads = cells.map((cell) => byName.get(cell?.[0] ?? '')?.spread ?? 0)
    return `${Math.round(Math.max(...spreads) * 100)} %`
  }
  const text = tables.map(({ title, columns, lines }) => {
    const top = [line([...columns, 'spread up to']), `|${'---|'.repeat(columns.length + 1)}`]
    const body = lines.map(([label, ...cells]) => line([label, ...cells.map(say), spread(cells)]))
    return [title, '', ...top, ...body].join('\n')
  })
  return [from, about(head), '', text.join('\n\n'), to].join('\n')
}

/** The page with `text` in the place of the section it has. */
export function withSection(page: string, { from }: Section, text: string): string {
  const begin = page.indexOf(from)
  const end = page.indexOf(to, begin)
  if (begin === -1 || end === -1 || page.includes(from, begin + 1))
    throw new Error('the page has no single place for these tables')
  return page.slice(0, begin) + text + page.slice(end + to.length)
}

/** `run of 2026-01-02 (A processor, 4 cores, Node 20.1.2)`; `more` stands behind those. */
export function runOf({ cpu, cores, node, date }: Report['head'], ...more: readonly string[]): string {
  const where = [cpu, `${cores.length} cores`, `Node ${node.slice(1)}`, ...more]
  return `run of ${date.slice(0, 10)} (${where.join(', ')})`
}

/** Of docs/choosing.md, from the report in `file`. */
export function writeSection(section: Section, file: string | undefined): void {
  if (file === undefined) throw new TypeError('name the file of a report (npm run bench -- --json FILE)')
  const page = new URL('../../docs/choosing.md', import.meta.url)
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report
  if (report.head.phoneRounds < 3) throw new TypeError('figures of a quick run mean nothing')
  const failing = report.rows.find(({ failed }) => failed > 0)
  if (failing !== undefined) throw new TypeError(`not all answers were right: ${failing.name}`)
  writeFileSync(page, withSection(readFileSync(page, 'utf8'), section, textOf(section, report)))
}
