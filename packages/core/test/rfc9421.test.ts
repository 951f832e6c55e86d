/** RFC 9421 appendix B as far as our profile can express it: the P-256 signature of B.2.4. */
import { describe, expect, it } from 'vitest'
import { fromBase64, utf8 } from '../src/bytes.ts'
import { nodeCrypto } from '../src/crypto/node.ts'
import { signatureBase } from '../src/request.ts'
import { outsideVectors } from './outside-vectors.ts'

const appendix = outsideVectors('rfc9421-appendix-b')
describe.skipIf(appendix.absent)(appendix.title, () => {
  it('B.2.4: base and signature', () => {
    type Key = { jwk: [{ x: string; y: string }] }
    type Case = { label: string; signatureBase: string; signatureInput: string; signature: string }
    const { keys, cases } = appendix.read('vectors.json') as { keys: Record<string, Key>; cases: Case[] }
    const found = cases.find(({ label }) => label === 'sig-b24') as Case
    const lines = found.signatureBase.split('\n').slice(0, -1)
    const values = lines.map((line) => /^"([^"]+)": (.*)$/.exec(line)?.slice(1) as [string, string])
    // @status is an answer's: it goes in as a field here, which the builder treats alike.
    const base = signatureBase(
      { method: 'GET', targetUri: '', fields: new Map(values) },
      values.map(([name]) => name),
      found.signatureInput.slice('sig-b24='.length),
    )
    expect(base).toBe(found.signatureBase)
    const { x, y } = (keys['test-key-ecc-p256'] as Key).jwk[0]
    const key = nodeCrypto.importPublicKey({ kty: 'EC', crv: 'P-256', x, y })
    const signature = fromBase64(found.signature.slice('sig-b24=:'.length, -1))
    expect(nodeCrypto.verify(key, utf8(base), signature)).toBe(true)
    expect(nodeCrypto.verify(key, utf8(`${base} `), signature)).toBe(false)
  })
})
