import type { KeptAnswer } from '@holdfast/server'
import { expect, test } from 'vitest'
import { createOutcome, type RunClaim } from './outcome.ts'

function claim(): { run: RunClaim; settled: KeptAnswer[]; executed: () => number } {
  const settled: KeptAnswer[] = []
  let executed = 0
  const run: RunClaim = {
    kind: 'run',
    settle: (answer) => Promise.resolve(void settled.push(answer)),
    executed: () => Promise.resolve(void (executed += 1)),
    unknown: () => Promise.resolve(),
    release: () => Promise.resolve(),
  }
  return { run, settled, executed: () => executed }
}

const onFailure = (error: unknown): never => {
  throw error
}

test('an answer is kept as octets: none of the chunks it came in is held', async () => {
  const { run, settled } = claim()
  const outcome = createOutcome(run, { answerBytes: 3, onFailure })
  outcome.start(200, [])
  const chunk = new Uint8Array(1)
  for (const octet of [1, 2, 3]) {
    chunk[0] = octet
    outcome.receive(chunk)
  }
  await outcome.complete()
  expect(settled[0]?.body).toEqual(Uint8Array.of(1, 2, 3))
})

test('one octet too many, and only the execution is kept', async () => {
  const { run, settled, executed } = claim()
  const outcome = createOutcome(run, { answerBytes: 3, onFailure })
  outcome.start(200, [])
  for (const octets of [3, 1, 1]) outcome.receive(new Uint8Array(octets))
  await outcome.complete()
  expect(settled).toEqual([])
  expect(executed()).toBe(1)
})
