/** As much of vitest as core's suites use, on a VM without anything. Each test is one line of output. */
type Body = () => unknown
type Test = { readonly suite: string; readonly name: string; readonly body: () => unknown }

const tests: Test[] = []
const groups: Array<{ readonly suite: string; readonly name: string; readonly opened: unknown }> = []
let suite = ''
let path: readonly string[] = []

/** Everything registered from now on is of this file. */
export function file(name: string): void {
  suite = name
}

/** `$name` of a case that is an object, `%s` of one that is a list. */
function titleOf(title: string, one: unknown): string {
  const values: unknown[] = Array.isArray(one) ? [...(one as unknown[])] : [one]
  return title
    .replace(/\$(\w+)/g, (_, name: string) => String((one as Record<string, unknown>)[name]))
    .replace(/%\w/g, () => String(values.shift()))
}

function eachOf(register: (name: string, body: Body) => void) {
  return (cases: readonly unknown[]) =>
    (title: string, body: (...values: unknown[]) => unknown): void => {
      for (const one of cases) {
        const values: unknown[] = Array.isArray(one) ? one : [one]
        register(titleOf(title, one), () => body(...values))
      }
    }
}

function group(name: string, body: Body): void {
  path = [...path, name]
  groups.push({ suite, name, opened: body() })
  path = path.slice(0, -1)
}
function test(name: string, body: Body): void {
  tests.push({ suite, name: [...path, name].join(' > '), body })
}
const skipping = (): void => undefined
export const describe = Object.assign(group, {
  each: eachOf(group),
  skipIf: (skipped: boolean) => (skipped ? skipping : group),
})
export const it = Object.assign(test, {
  each: eachOf(test),
  skipIf: (skipped: boolean) => (skipped ? skipping : test),
})

/** Deep equality as JSON has it, with octets, big integers and what is undefined told apart. */
function shape(value: unknown): unknown {
  if (value instanceof Uint8Array) return { octets: Array.from(value) }
  if (value instanceof Map) return { map: [...value].map(shape) }
  if (value instanceof Set) return { set: [...value].map(shape) }
  if (typeof value === 'bigint') return { bigint: String(value) }
  if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) }
  if (Array.isArray(value)) return value.map((one) => (one === undefined ? { undefined: true } : shape(one)))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.keys(value).sort()
  return Object.fromEntries(members.map((name) => [name, shape((value as Record<string, unknown>)[name])]))
}
const same = (a: unknown, b: unknown): boolean => JSON.stringify(shape(a)) === JSON.stringify(shape(b))

function matches(actual: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null || typeof actual !== 'object' || actual === null)
    return same(actual, expected)
  return Object.keys(expected).every((name) =>
    matches((actual as Record<string, unknown>)[name], (expected as Record<string, unknown>)[name]),
  )
}

function thrown(act: unknown, expected: unknown): boolean {
  try {
    ;(act as () => unknown)()
    return false
  } catch (error) {
    return fits(error, expected)
  }
}
function fits(error: unknown, expected: unknown): boolean {
  if (typeof expected === 'function') return error instanceof expected
  if (typeof expected === 'string') return String(error).includes(expected)
  return true
}

type Judgement = (actual: unknown, expected: unknown) => boolean
const judgements: Readonly<Record<string, Judgement>> = {
  toBe: Object.is,
  toEqual: same,
  toContain: (actual, expected) => (actual as unknown[]).includes(expected),
  toContainEqual: (actual, expected) => (actual as unknown[]).some((one) => same(one, expected)),
  toHaveLength: (actual, expected) => (actual as { length: unknown }).length === expected,
  toHaveProperty: (actual, expected) => (expected as string) in (actual as object),
  toBeNull: (actual) => actual === null,
  toBeUndefined: (actual) => actual === undefined,
  toBeGreaterThan: (actual, expected) => (actual as number) > (expected as number),
  toBeGreaterThanOrEqual: (actual, expected) => (actual as number) >= (expected as number),
  toBeLessThan: (actual, expected) => (actual as number) < (expected as number),
  toBeLessThanOrEqual: (actual, expected) => (actual as number) <= (expected as number),
  toBeInstanceOf: (actual, expected) => actual instanceof (expected as () => unknown),
  toMatch: (actual, expected) => (expected as RegExp).test(actual as string),
  toMatchObject: matches,
  toThrow: thrown,
}

function print(line: string): void {
  ;(globalThis as unknown as { print(line: string): void }).print(line)
}

export function expect(actual: unknown): unknown {
  const judge = (turned: boolean) =>
    Object.fromEntries(
      Object.entries(judgements).map(([name, holds]) => [
        name,
        (expected: unknown): void => {
          if (holds(actual, expected) === turned)
            throw new Error(`${turned ? 'not ' : ''}${name}: ${String(actual)}, ${String(expected)}`)
        },
      ]),
    )
  const rejects = Object.fromEntries(
    ['toThrow', 'toBeInstanceOf', 'toMatchObject'].map((name) => [
      name,
      async (expected: unknown): Promise<void> => {
        const error = await (actual as Promise<unknown>).then(
          () => null,
          (reason: unknown) => ({ reason }),
        )
        const holds = name === 'toMatchObject' ? matches : fits
        if (error === null || !holds(error.reason, expected)) throw new Error(`does not reject ${name}`)
      },
    ]),
  )
  return { ...judge(false), not: judge(true), rejects }
}

/** Runs everything that was registered, one after another, but what is named after a provider that is not here. */
export async function run(absent: RegExp): Promise<void> {
  for (const { suite: of, name, opened } of groups) {
    // A group that cannot be opened here says so.
    await Promise.resolve(opened).catch((error: unknown) =>
      print(JSON.stringify({ suite: of, name, left: String(error) })),
    )
  }
  const here = tests.filter(({ name }) => !absent.test(name))
  for (const { suite: of, name, body } of here) {
    const begun = Date.now()
    const error = await Promise.resolve()
      .then(body)
      .then(
        () => null,
        (reason: unknown) => String(reason),
      )
    print(JSON.stringify({ suite: of, name, error, ms: Date.now() - begun }))
  }
  print(JSON.stringify({ finished: here.length }))
}
