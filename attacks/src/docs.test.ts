import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadAttacks } from './catalogue.ts'
import { attackTable } from './table.ts'

const page = new URL('../../docs/attacks.md', import.meta.url)
const protocol = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')
const attacks = await loadAttacks()

describe('the catalogue', () => {
  it('names attacks once each', () => {
    expect(new Set(attacks.map(({ id }) => id)).size).toBe(attacks.length)
    expect(new Set(attacks.map(({ title }) => title)).size).toBe(attacks.length)
  })

  it.each(attacks.map(({ id, section }) => [id, section]))(
    '%s cites section %s, which exists',
    (_, section) => {
      expect(protocol).toMatch(new RegExp(`^#{2,3} ${section.replace('.', '\\.')} `, 'm'))
    },
  )
})

describe('docs/attacks.md', () => {
  it('is what `npm run attack -- --docs` prints', () => {
    expect(readFileSync(page, 'utf8')).toBe(attackTable(attacks))
  })
})
