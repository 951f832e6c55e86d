import { readFileSync } from 'node:fs'
import { sealedPath } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { loadAttacks } from './catalogue.ts'
import { loadFrom, startTarget } from './own-target.ts'
import { productDirectory, shippedFile } from './product.ts'
import { attackTarget, type Result } from './suite.ts'
import { defencesOf, makeCopy, weakened } from './weaken.ts'

const attacks = await loadAttacks()
const edit = { file: 'core/x.js', text: 'check()', instead: '' }

describe('a weakening', () => {
  it('takes away one text', () => {
    expect(weakened('a; check(); b', edit)).toBe('a; ; b')
  })

  it.each(['a; b', 'check(); check()'])('is refused when the defence moved: %s', (source) => {
    expect(() => weakened(source, edit)).toThrow('defence moved')
  })

  it('changes a copy, in which everybody sees it, and leaves the product as it is', async () => {
    const path = `'${sealedPath}'`
    const copy = makeCopy({ file: 'core/sealed.js', text: path, instead: "'/elsewhere'" })
    try {
      const core = await loadFrom(copy.directory, '@holdfast/core/index.js')
      const { HoldfastError } = core as Pick<typeof import('@holdfast/core'), 'HoldfastError'>
      const server = await loadFrom(copy.directory, '@holdfast/server/index.js')
      const { parseHead } = server as Pick<typeof import('@holdfast/server'), 'parseHead'>
      expect(core['sealedPath']).toBe('/elsewhere')
      expect(() => parseHead('BREW', '/', [], '192.0.2.1')).toThrow(HoldfastError)
      const product = await loadFrom(productDirectory(), '@holdfast/core/index.js')
      expect(product['sealedPath']).toBe(sealedPath)
    } finally {
      copy.remove()
    }
  })

  it('is loaded with the product’s own files where nothing leads to the change', async () => {
    const copy = makeCopy({ file: 'server/head.js', text: "'PATCH'", instead: "'BREW'" })
    try {
      const { parseHead } = (await loadFrom(copy.directory, '@holdfast/server/index.js')) as Pick<
        typeof import('@holdfast/server'),
        'parseHead'
      >
      const core = await loadFrom(productDirectory(), '@holdfast/core/index.js')
      const { HoldfastError } = core as Pick<typeof import('@holdfast/core'), 'HoldfastError'>
      expect(parseHead('BREW', '/', [], '192.0.2.1').method).toBe('BREW')
      expect(() => parseHead('PATCH', '/', [], '192.0.2.1')).toThrow(HoldfastError)
    } finally {
      copy.remove()
    }
  })

  // What repels them in the product is there in a copy, too, as long as it is not cut out.
  it('is all that weakens a copy', async () => {
    const usual = attacks.filter(({ setting, forgesCertificates }) => !setting && !forgesCertificates)
    const copy = makeCopy({ file: 'server/head.js', text: "'PATCH'", instead: "'PATCH'" })
    const target = await startTarget(copy.directory, {})
    const results: Result[] = []
    try {
      await attackTarget(usual, target, (result) => results.push(result))
    } finally {
      await target.close()
      copy.remove()
    }
    expect(results.map(({ outcome }) => outcome)).toEqual(usual.map(() => 'repelled'))
  })
})

describe('every attack', () => {
  it.each(attacks.map((attack) => [attack.id, attack.weaken] as const))(
    '%s finds its defence in the built packages',
    (_, weaken) => {
      for (const defence of defencesOf(weaken)) {
        const source = readFileSync(shippedFile(defence.file), 'utf8')
        expect(weakened(source, defence)).not.toBe(source)
      }
    },
  )
})
