import { expect, test } from 'vitest'
import { newestId } from './audit-tail.ts'

async function search(ids: readonly number[]): Promise<{ readonly found: number; readonly asked: number }> {
  let asked = 0
  const found = await newestId((id) => {
    asked++
    return Promise.resolve(ids.some((one) => one > id))
  })
  return { found, asked }
}

test.each([[[]], [[1]], [[2]], [[1, 2, 3]], [[7, 8, 4096]], [[5, 1_000_000]], [[4095]], [[4097]]])(
  'finds the newest of %j',
  async (ids) => {
    expect((await search(ids)).found).toBe(Math.max(0, ...ids))
  },
)

test('asks little of a long audit', async () => {
  const { found, asked } = await search([1, 123_456_789])
  expect(found).toBe(123_456_789)
  expect(asked).toBeLessThan(60)
})
