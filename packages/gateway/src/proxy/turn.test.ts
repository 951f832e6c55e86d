import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { atEndOfTurn } from './turn.ts'

test('what falls due in one turn is done in its order, after everything that made it due', async () => {
  const said: string[] = []
  const say = atEndOfTurn((word: string) => void said.push(word))
  say('one')
  await Promise.resolve()
  say('two')
  expect(said).toEqual([])
  await nextTurn()
  expect(said).toEqual(['one', 'two'])
})

test('what falls due meanwhile is left to the next turn', async () => {
  const counted: number[] = []
  const count = atEndOfTurn((number: number) => {
    counted.push(number)
    if (number < 3) count(number + 1)
  })
  count(1)
  await nextTurn()
  expect(counted).toEqual([1])
  await nextTurn()
  expect(counted).toEqual([1, 2])
})
