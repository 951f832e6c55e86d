import { describe, expect, it } from 'vitest'
import { loadAttacks } from './catalogue.ts'
import { attackNaiveBank, naiveAttacks } from './naive.ts'

const catalogue = new Set((await loadAttacks()).map(({ id }) => id))

describe('the naive bank', () => {
  it('falls to every attack the product repels', async () => {
    const results = await attackNaiveBank(naiveAttacks)
    expect(results.map(({ attack, outcome }) => [attack.id, outcome])).toEqual(
      naiveAttacks.map(({ id }) => [id, 'succeeded']),
    )
  })

  it('names an attack of the catalogue for each of its mistakes', () => {
    expect(naiveAttacks.filter(({ repelledAs }) => !catalogue.has(repelledAs))).toEqual([])
    expect(new Set(naiveAttacks.map(({ id }) => id)).size).toBe(naiveAttacks.length)
  })
})
