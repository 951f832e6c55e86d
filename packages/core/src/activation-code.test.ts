import { describe, expect, it } from 'vitest'
import { outcome } from '../test/refusal.ts'
import {
  activationProofKey,
  formatActivationCode,
  generateActivationCode,
  parseActivationCode,
} from './activation-code.ts'
import { nodeCrypto } from './crypto/node.ts'

const code = { id: '01AB89VZ', secret: 'HJKMNPQRSTVW' }

describe('activation codes', () => {
  it('are made of the alphabet and read back', () => {
    const seen = new Set<string>()
    for (let i = 0; i < 200; i++) {
      const made = generateActivationCode(nodeCrypto)
      const text = formatActivationCode(made)
      expect(text).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/)
      expect(parseActivationCode(text)).toEqual(made)
      for (const character of text) seen.add(character)
    }
    expect(seen.size).toBe(33)
  })

  it.each([
    '01AB-89VZ-HJKM-NPQR-STVW',
    '01ab89vzhjkmnpqrstvw',
    ' O1AB 89VZ\tHJKM NPQR STVW\n',
    'oiab-89vz-hjkm-npqr-stvw',
    'olab--89vz hjkm npqr stvw',
    '\u00a001AB89VZHJKMNPQRSTVW',
  ])('reads %j', (typed) => {
    expect(parseActivationCode(typed)).toEqual(code)
  })

  it.each([
    '',
    '01AB-89VZ-HJKM-NPQR-STV',
    '01AB-89VZ-HJKM-NPQR-STVWX',
    '01AB-89VZ-HJKM-NPQR-STVU',
    '01AB_89VZ_HJKM_NPQR_STVW',
    // A dotless i, a long s and a full-width zero turn into letters of the alphabet when raised or folded.
    '0\u0131AB-89VZ-HJKM-NPQR-STVW',
    '01AB-89VZ-HJKM-NPQR-\u017fTVW',
    '\uff101AB-89VZ-HJKM-NPQR-STVW',
    '-'.repeat(100_000),
  ])('refuses %j', (typed) => {
    expect(outcome(() => parseActivationCode(typed))).toBe('activation_code_malformed')
  })

  it('give a proof key of their secret alone', async () => {
    const key = await activationProofKey(code.secret, nodeCrypto)
    expect(key).toHaveLength(32)
    expect(key).toEqual(await activationProofKey('HJKMNPQRSTVW', nodeCrypto))
    expect(key).not.toEqual(await activationProofKey('HJKMNPQRSTVX', nodeCrypto))
  })
})
