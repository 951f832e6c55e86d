import { toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, expect, test } from 'vitest'
import { createStage, fifty, refusal, type Stage } from '../test/stage.ts'
import type { Deployment } from './deployment.ts'
import { createRepeats, type Repeats, requestLock } from './repeat.ts'
import type { VerifiedSignature } from './signature.ts'

type Answer = { readonly number: number }

let stage: Stage
let kept: Map<string, string>
let acts: number
let deployment: Deployment
beforeEach(async () => {
  kept = new Map()
  acts = 0
  const { store } = (await createStage()).deployment
  stage = await createStage(
    {},
    { store: { ...store, findRepeat: async (requestHash) => kept.get(requestHash) ?? null } },
  )
  deployment = stage.deployment
})

function sign(): VerifiedSignature {
  const name = () => toBase64url(nodeCrypto.random(32))
  const createdMs = deployment.clock.now()
  return { keyThumbprint: name(), createdMs, nonce: name().slice(0, 22), requestHash: name() }
}

/** An act as the features have them: its effect and its answer are kept together. */
function run(
  repeats: Repeats<Answer>,
  signature: VerifiedSignature,
  after?: (answer: Answer) => Promise<void>,
): Promise<Answer> {
  const lock = requestLock(signature)
  const act = async (): Promise<Answer> => {
    const answer = { number: ++acts }
    const { requestHash, sealedAnswer } = repeats.keep(signature, lock, answer)
    kept.set(requestHash, sealedAnswer)
    return answer
  }
  return repeats.once(signature, lock, act, after)
}

test('one request acts once, whatever its age', async () => {
  const repeats = createRepeats<Answer>(deployment)
  const signature = sign()
  expect(await run(repeats, signature)).toEqual({ number: 1 })
  stage.pass(500)
  expect(await run(repeats, signature)).toEqual({ number: 1 })
  expect(await run(repeats, sign())).toEqual({ number: 2 })
})

test('fifty twins on one node act once', async () => {
  const repeats = createRepeats<Answer>(deployment)
  const signature = sign()
  const answers = await Promise.all(fifty(() => run(repeats, signature)))
  expect(new Set(answers.map(({ number }) => number))).toEqual(new Set([1]))
})

test('a twin that finished on another node between the look and the nonce gives its answer', async () => {
  const signature = sign()
  const elsewhere = createRepeats<Answer>(deployment)
  let looked = false
  const store = {
    ...deployment.store,
    async findRepeat(requestHash: string): Promise<string | null> {
      if (looked) return kept.get(requestHash) ?? null
      looked = true
      await run(elsewhere, signature)
      return null
    },
  }
  const here = createRepeats<Answer>({ ...deployment, store })
  expect(await run(here, signature)).toEqual({ number: 1 })
  expect(acts).toBe(1)
})

test('a request whose act failed is a replay; one signed anew is not', async () => {
  const repeats = createRepeats<Answer>(deployment)
  const signature = sign()
  const broken = repeats.once(signature, requestLock(signature), async () => {
    throw new TypeError('broken')
  })
  await expect(broken).rejects.toThrow('broken')
  expect(await refusal(run(repeats, signature))).toBe('replayed')
  expect(await run(repeats, sign())).toEqual({ number: 1 })
})

test('what comes after runs for the act and for each repetition', async () => {
  const repeats = createRepeats<Answer>(deployment)
  const signature = sign()
  let failing = true
  const after = async (): Promise<void> => {
    if (failing) throw new TypeError('not yet')
  }
  await expect(run(repeats, signature, after)).rejects.toThrow('not yet')
  await expect(run(repeats, signature, after)).rejects.toThrow('not yet')
  failing = false
  expect(await run(repeats, signature, after)).toEqual({ number: 1 })
})

test('an answer opens under its own request only', async () => {
  const repeats = createRepeats<Answer>(deployment)
  const [one, other] = [sign(), sign()]
  await run(repeats, one)
  const nameOf = (signature: VerifiedSignature) =>
    repeats.keep(signature, requestLock(signature), { number: 0 }).requestHash
  const [stored] = kept.values()
  kept.set(nameOf(other), stored as string)
  expect(await refusal(run(repeats, other))).toBe('store_unavailable')
})
