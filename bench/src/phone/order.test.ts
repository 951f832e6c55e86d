import { expect, it } from 'vitest'
import { obey, together } from './order.ts'
import type { Acts, PhoneOrder } from './order.ts'

const order = (act: string): PhoneOrder => ({ act, durationMs: 1, whole: true })

it('measures rows together once a round, whichever of them is asked', async () => {
  let rounds = 0
  const acts = together(['whole', 'part'], async (times) => {
    rounds++
    times.whole.add(10 * rounds)
    times.part.add(rounds)
  })
  const elapsed = async (act: string) => (await obey(acts, order(act))).elapsedMs
  expect([await elapsed('whole'), await elapsed('part')]).toEqual([10, 1])
  expect([await elapsed('whole'), await elapsed('part')]).toEqual([20, 2])
  expect([await elapsed('part'), await elapsed('part')]).toEqual([3, 4])
  expect(rounds).toBe(4)
})

it('fails the row of an act that fails or that there is none of', async () => {
  const acts: Acts = {
    broken: async () => {
      throw new Error('it broke')
    },
  }
  expect(await obey(acts, order('broken'))).toMatchObject({ completed: 0, failed: 1 })
  expect((await obey(acts, order('broken'))).failure).toContain('it broke')
  expect((await obey(acts, order('unknown'))).failure).toContain('unknown')
})
