/**
 * How every property runs: HOLDFAST_FUZZ_RUNS cases each (2,000 unless set), a failure names its seed. With HOLDFAST_FUZZ_REPORT
 * set, a line `{name, cases, accepted}` is added to that file: a property that accepts nothing would prove little.
 */
import { appendFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { HoldfastError } from '../../src/errors.ts'

const numRuns = Number(process.env['HOLDFAST_FUZZ_RUNS'] ?? 2000)
const report = process.env['HOLDFAST_FUZZ_REPORT']

export type PropertyOptions = {
  /** What a refusal may be beside HoldfastError: TypeError where the function documents it. */
  readonly mayThrowTypeError?: boolean
}

/** `accept` calls the parser and asserts what holds of anything it takes; returns false when the parser said null. */
export function property<Input>(
  name: string,
  inputs: fc.Arbitrary<Input>,
  accept: (input: Input) => unknown,
  options: PropertyOptions = {},
): void {
  it(name, { timeout: 60_000 + numRuns * 10 }, async () => {
    const count = { cases: 0, accepted: 0 }
    const check = async (input: Input): Promise<void> => {
      count.cases++
      try {
        if ((await accept(input)) !== false) count.accepted++
      } catch (error) {
        const refused = error instanceof HoldfastError
        if (!refused && !(options.mayThrowTypeError === true && error instanceof TypeError)) throw error
      }
    }
    await fc.assert(fc.asyncProperty(inputs, check), { numRuns })
    if (report !== undefined) appendFileSync(report, `${JSON.stringify({ name, ...count })}\n`)
    expect(count.accepted).toBeGreaterThan(0)
  })
}
