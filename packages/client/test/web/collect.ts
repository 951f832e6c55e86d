/** A runner that gathers tests instead of running them: their names on Node, their bodies in the page. */
import {
  platformContract,
  type MakeDevice,
  type PlatformFeatures,
  type TestRunner,
} from '@holdfast/client/platform-contract'

export const webFeatures: PlatformFeatures = { wrapped: true, sql: true, stretch: true, presence: 'passkey' }

export type Collected = ReadonlyMap<string, () => Promise<void>>

/** `make` is called when a test is run. */
export function collectContract(make: MakeDevice): Collected {
  const tests = new Map<string, () => Promise<void>>()
  const path: string[] = []
  const runner: TestRunner = {
    describe(name, body): void {
      path.push(name)
      body()
      path.pop()
    },
    it: (name, body): void => void tests.set([...path, name].join(' > '), body),
    expect: (actual) => ({
      toBe: (expected): void => check(Object.is(actual, expected), actual, expected),
      toEqual: (expected): void => check(isEqual(actual, expected), actual, expected),
    }),
  }
  platformContract('web', make, webFeatures, runner)
  return tests
}

function check(holds: boolean, actual: unknown, expected: unknown): void {
  if (!holds) throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`)
}

/** Of plain values, which is all the contract compares. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  const [left, right] = [Object.entries(a), Object.entries(b)]
  return (
    left.length === right.length &&
    left.every(
      ([name, value]) => Object.hasOwn(b, name) && isEqual(value, (b as Record<string, unknown>)[name]),
    )
  )
}
