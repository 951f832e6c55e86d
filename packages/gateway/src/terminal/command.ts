/** What one `holdfast` command is, and how it reads its options. */
import { parseArgs } from 'node:util'
import { Complaint } from '../config/complaint.ts'

export type Command = {
  /** Usage, options and examples. */
  readonly help: string
  /** Resolves with the exit code. Throws Complaint. */
  run(args: readonly string[]): Promise<number>
}

export type Options = {
  text(name: string): string | undefined
  /** Of an option that may be given more than once. */
  texts(name: string): readonly string[]
  flag(name: string): boolean
  /** Throws Complaint when the option is not given. */
  required(name: string): string
  readonly words: readonly string[]
}

type OptionTable = Readonly<Record<string, 'text' | 'texts' | 'flag'>>

/** Strict: an unknown option, a missing value or a word too many is a Complaint. */
export function readOptions(args: readonly string[], table: OptionTable, maxWords = 0): Options {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, kind]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const), multiple: kind === 'texts' },
    ]),
  )
  const { values, positionals } = parse(args, options)
  const extra = positionals[maxWords]
  if (extra !== undefined) throw new Complaint(`"${extra}" is one word too many; see --help`, 2)
  const text = (name: string): string | undefined => {
    const value = values[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    text,
    texts(name: string): readonly string[] {
      const value = values[name]
      return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
    },
    flag: (name: string): boolean => values[name] === true,
    required(name: string): string {
      const value = text(name)
      if (value === undefined || value === '') throw new Complaint(`--${name} is missing; see --help`, 2)
      return value
    },
    words: positionals,
  }
}

/** An id of ours, of which one in 64 begins like an option; no option is that long. */
const dashedId = /^-[A-Za-z0-9_-]{21}$/

/** Ids go behind the mark after which nothing is an option. */
function marked(args: readonly string[]): string[] {
  if (args.includes('--')) return [...args]
  return [...args.filter((arg) => !dashedId.test(arg)), '--', ...args.filter((arg) => dashedId.test(arg))]
}

function parse(
  args: readonly string[],
  options: Record<string, { type: 'string' | 'boolean'; multiple: boolean }>,
): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({ args: marked(args), options, allowPositionals: true, strict: true })
  } catch (error) {
    if (error instanceof TypeError) throw new Complaint(`${error.message.split('\n')[0]}; see --help`, 2)
    throw error
  }
}

/** A whole number from an option; Complaint otherwise. */
export function wholeNumber(name: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback
  if (!/^\d{1,9}$/.test(value)) throw new Complaint(`--${name}: expected a whole number`, 2)
  return Number(value)
}

/** One line to stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Columns as wide as their widest cell. What users named may hold anything, so only printable characters are shown. */
export function printTable(rows: ReadonlyArray<readonly string[]>): void {
  const clean = rows.map((row) => row.map((cell) => cell.replace(/\p{C}/gu, '?')))
  const widths = (clean[0] ?? []).map((_, i) => Math.max(...clean.map((row) => row[i]?.length ?? 0)))
  for (const row of clean)
    print(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

/** Seconds since 1970 as people read them. */
export function moment(seconds: number | null): string {
  return seconds === null ? '' : new Date(seconds * 1000).toISOString().replace('.000', '')
}
