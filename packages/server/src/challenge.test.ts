import { beforeEach, describe, expect, test } from 'vitest'
import { createStage, fifty, type Stage } from '../test/stage.ts'
import { makeChallenge, takeChallenge } from './challenge.ts'

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})

const take = (challenge: string) => takeChallenge(challenge, stage.deployment)

test('of fifty takers exactly one gets it', async () => {
  const challenge = makeChallenge(stage.deployment)
  const taken = await Promise.all(fifty(() => take(challenge)))
  expect(taken.filter(Boolean)).toHaveLength(1)
})

test('lives to its last millisecond and no longer', async () => {
  const [one, other] = [makeChallenge(stage.deployment), makeChallenge(stage.deployment)]
  stage.pass(299.999)
  expect(await take(one)).toBe(true)
  stage.pass(0.001)
  expect(await take(other)).toBe(false)
})

describe('is refused when', () => {
  const change = (text: string, at: number) =>
    `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`

  test.each([0, 21, 31, 32, 74])('character %i is another', async (at) => {
    const challenge = makeChallenge(stage.deployment)
    expect(await take(change(challenge, at))).toBe(false)
    expect(await take(challenge)).toBe(true)
  })

  test.each(['', 'A', 'A'.repeat(32), 'A'.repeat(75), 'ä'.repeat(75)])('it is none: %s', async (text) => {
    expect(await take(text)).toBe(false)
  })

  test('it comes from another service', async () => {
    const other = await createStage()
    expect(await take(makeChallenge(other.deployment))).toBe(false)
  })

  test('something is put behind it', async () => {
    const challenge = makeChallenge(stage.deployment)
    expect(await take(`${challenge}A`)).toBe(false)
  })
})
