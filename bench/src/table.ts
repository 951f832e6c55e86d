/** The rows as text for a terminal. */

import type { Row } from './row.ts'

const columns: readonly [title: string, cell: (row: Row) => string][] = [
  ['', (row) => row.name],
  ['per s', (row) => row.perSecond.toLocaleString('en')],
  ['of floor', (row) => number(row.ratioToFloor, 2)],
  ['by CPU', (row) => number(row.cpuRatioToFloor, 2)],
  ['p50 ms', (row) => number(row.p50, 3)],
  ['p95 ms', (row) => number(row.p95, 3)],
  ['p99 ms', (row) => number(row.p99, 3)],
  ['CPU µs', (row) => number(row.cpuMicros, 1)],
  ['spread', (row) => (row.spread === null ? '' : `${Math.round(row.spread * 100)} %`)],
  ['cores', (row) => String(row.cores)],
  ['RSS MiB', (row) => row.residentMiB?.join(' → ') ?? ''],
  ['replay', (row) => (row.refusesReplay === null ? '' : row.refusesReplay ? 'refused' : 'ACCEPTED')],
]

export function tableOf(rows: readonly Row[]): string {
  const cells = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, cell]) => cell(row)))]
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  return cells
    .map((line) => line.map((cell, column) => padded(cell, widths[column] ?? 0, column)).join('  '))
    .join('\n')
}

/** Names to the left, figures to the right. */
function padded(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}

function number(value: number | null, digits: number): string {
  return value === null ? '' : value.toFixed(digits)
}
