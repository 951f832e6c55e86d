import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadAttacks } from './catalogue.ts'
import { makeCopy, productDirectory, weakened } from './weaken.ts'

const attacks = await loadAttacks()
const edit = { file: 'core/x.js', text: 'check()', instead: '' }

describe('a weakening', () => {
  it('takes away one text', () => {
    expect(weakened('a; check(); b', edit)).toBe('a; ; b')
  })

  it.each(['a; b', 'check(); check()'])('is refused when the defence moved: %s', (source) => {
    expect(() => weakened(source, edit)).toThrow('defence moved')
  })

  it('changes a copy and leaves the product as it is', () => {
    const [attack] = attacks
    if (attack === undefined) throw new Error('no attacks')
    const [name = '', ...path] = attack.weaken.file.split('/')
    const read = (directory: string): string => readFileSync(join(directory, name, 'dist', ...path), 'utf8')
    const before = read(productDirectory())
    const copy = makeCopy(attack.weaken)
    try {
      expect(read(copy.directory)).toBe(weakened(before, attack.weaken))
      expect(read(productDirectory())).toBe(before)
    } finally {
      copy.remove()
    }
  })
})

describe('every attack', () => {
  it.each(attacks.map((attack) => [attack.id, attack.weaken] as const))(
    '%s finds its defence in the built packages',
    (_, weaken) => {
      const [name = '', ...path] = weaken.file.split('/')
      const source = readFileSync(join(productDirectory(), name, 'dist', ...path), 'utf8')
      expect(weakened(source, weaken)).not.toBe(source)
    },
  )
})
