/** Holds what was written against the schema and says in words everything that does not fit, all at once. */
import * as v from 'valibot'
import { configSchema, type WrittenConfig } from './schema.ts'
import type { ConfigPath, ConfigProblem } from './source.ts'

type Introspected = {
  readonly type: string
  readonly entries?: Readonly<Record<string, Introspected>>
  readonly item?: Introspected
  readonly wrapped?: Introspected
  readonly key?: string
  readonly options?: readonly Introspected[]
  readonly literal?: unknown
  readonly getter?: (input: unknown) => Introspected
}

/** The schema that stands at a path, as far as it can be told. */
function schemaAt(path: ConfigPath, input: unknown): Introspected | undefined {
  const whole: Introspected = configSchema
  let schema = resolve(whole, input)
  let value = input
  for (const step of path) {
    value = (value as Record<string | number, unknown> | undefined)?.[step]
    schema = schema?.entries?.[step] ?? schema?.item
    schema = schema === undefined ? undefined : resolve(schema, value)
  }
  return schema
}

function resolve(schema: Introspected, value: unknown): Introspected | undefined {
  if (schema.wrapped !== undefined) return resolve(schema.wrapped, value)
  if (schema.type === 'lazy') return schema.getter?.(value)
  if (schema.type !== 'variant') return schema
  const chosen = (value as Record<string, unknown> | undefined)?.[schema.key ?? '']
  return schema.options?.find(({ entries }) => entries?.[schema.key ?? '']?.literal === chosen)
}

/** How many letters must change (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}

/** ` (did you mean "x"?)`, or the list of what may stand here. */
export function hint(word: string, known: readonly string[]): string {
  const [nearest] = known
    .map((name) => ({ name, changes: distance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.changes - b.changes)
  if (nearest !== undefined && nearest.changes <= Math.max(2, word.length / 3))
    return ` (did you mean "${nearest.name}"?)`
  return known.length === 0 ? '' : ` (known here: ${known.join(', ')})`
}

/** Every key of the map at `path` that the schema does not know; the parser names only the first. */
function unknownKeys(path: ConfigPath, input: unknown): ConfigProblem[] {
  const known = Object.keys(schemaAt(path, input)?.entries ?? {})
  const value = path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], input)
  return Object.keys(value as object)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: [...path, key], problem: `unknown key${hint(key, known)}` }))
}

const kinds: Readonly<Record<string, string>> = {
  Object: 'a map',
  Array: 'a list',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
}

function inWords(expected: string): string {
  return kinds[expected] ?? expected.replace(/^\((.*)\)$/, '$1').replaceAll(' | ', ', ')
}

function problemsOf(issue: v.BaseIssue<unknown>, input: unknown): ConfigProblem[] {
  const path = (issue.path ?? []).map(({ key }) => key as string | number)
  if (issue.kind === 'validation') return [{ path, problem: issue.message }]
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return unknownKeys(path.slice(0, -1), input)
  if (issue.type === 'strict_object' && path.length > 0 && issue.expected?.startsWith('"') === true)
    return [{ path, problem: 'is missing' }]
  const expected = `expected ${inWords(issue.expected ?? 'something else')}`
  return [{ path, problem: issue.received === 'undefined' ? `is missing: ${expected}` : expected }]
}

/** What was written, or everything that is wrong with its form. Values are never repeated: they may be secrets. */
export function readForm(input: unknown): { written: WrittenConfig } | { problems: ConfigProblem[] } {
  const result = v.safeParse(configSchema, input)
  if (result.success) return { written: result.output }
  return { problems: result.issues.flatMap((issue) => problemsOf(issue, input)) }
}
