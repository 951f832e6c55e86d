/**
 * `node bench/dist/phone/docs.js FILE`: writes the tables of the phone's half into docs/choosing.md, between the two comments there, from
 * the report of a whole run (`npm run bench -- --json FILE`).
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { tables } from './doc-tables.ts'
import type { Cell, Figures } from './doc-tables.ts'

/** What a table needs of a report. */
export interface PhoneReport {
  readonly head: {
    readonly cpu: string
    readonly cores: readonly number[]
    readonly node: string
    readonly chromium: string | null
    readonly date: string
    readonly phoneRounds: number
  }
  readonly rows: readonly Figures[]
}

const from = '<!-- bench: the phone, written by bench/src/phone/docs.ts -->'
const to = '<!-- /bench -->'

export function sectionOf({ head, rows }: PhoneReport): string {
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
  const { cpu, cores, node, chromium, date, phoneRounds } = head
  const where = `${cpu}, ${cores.length} cores, Node ${node.slice(1)}, ${chromium ?? 'no browser'}`
  const about = `The phone's half, from one run of ${date.slice(0, 10)} (${where}), medians of ${phoneRounds} rounds.`
  return [from, about, '', text.join('\n\n'), to].join('\n')
}

/** The page with the section in the place of the one it has. */
export function withSection(page: string, section: string): string {
  const [before, rest, ...more] = page.split(from)
  const [, after, ...others] = rest?.split(to) ?? []
  if (before === undefined || after === undefined || more.length + others.length > 0)
    throw new Error('the page has no single place for these tables')
  return before + section + after
}

function main(file: string | undefined): void {
  if (file === undefined) throw new TypeError('usage: node bench/dist/phone/docs.js FILE')
  const page = new URL('../../../docs/choosing.md', import.meta.url)
  const report = JSON.parse(readFileSync(file, 'utf8')) as PhoneReport
  if (report.head.phoneRounds < 3) throw new TypeError('figures of a quick run mean nothing')
  writeFileSync(page, withSection(readFileSync(page, 'utf8'), sectionOf(report)))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv[2])
