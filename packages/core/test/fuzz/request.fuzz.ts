import * as fc from 'fast-check'
import { type Item, parseDictionary } from 'structured-headers'
import { expect } from 'vitest'
import { toBase64, toBase64url } from '../../src/bytes.ts'
import {
  parseContentDigest,
  parseRequestSignature,
  serialiseParameters,
  signatureAlgorithm,
} from '../../src/request.ts'
import { hostileText, near } from './mutation.ts'
import { property } from './property.ts'

const bytesOf = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })
const names = fc.array(fc.constantFrom('@method', '@target-uri', 'content-digest', 'authorization', 'x-a'), {
  maxLength: 6,
})
const ours = fc
  .tuple(names, fc.nat(2_000_000_000), bytesOf(16), bytesOf(32))
  .map(([components, created, nonce, key]) =>
    serialiseParameters(components, { created, nonce: toBase64url(nonce), keyid: toBase64url(key) }),
  )
const others = fc.constantFrom(
  '',
  ', sig1=("@authority");created=1',
  ', a',
  ', sig2=1.5;tag="edge"',
  ',b',
  ', sig3="x, y"',
)
const input = fc.tuple(ours, others).map(([member, other]) => `hf=${member}${other}`)
const signature = fc.tuple(bytesOf(64), others).map(([bytes, other]) => `hf=:${toBase64(bytes)}:${other}`)
const pair = fc.oneof(
  fc.tuple(near(input), signature),
  fc.tuple(input, near(signature)),
  fc.tuple(fc.oneof(input, hostileText), fc.oneof(signature, hostileText)),
)

property(
  'signature fields: what is taken is one canonical member of ours',
  pair,
  ([inputField, signatureField]) => {
    const fields = new Map([
      ['signature-input', inputField],
      ['signature', signatureField],
    ])
    const {
      components,
      parameters,
      algorithm,
      serialisedParameters,
      signature: bytes,
    } = parseRequestSignature(fields)
    const written = serialiseParameters(components, parameters).replace(signatureAlgorithm, algorithm)
    expect(serialisedParameters).toBe(written)
    expect(`, ${inputField}, `).toContain(`, hf=${written}, `)
    expect(`, ${signatureField}, `).toContain(`, hf=:${toBase64(bytes)}:, `)
    // A reader of whole structured fields sees the same, and no other signature of ours.
    const dictionary = parseDictionary(inputField)
    const list = dictionary.get('hf')?.[0] as Item[]
    expect(list.map(([name]) => name)).toEqual(components)
    const tags = [...dictionary.values()].map(([, parametersOf]) => parametersOf.get('tag'))
    expect(tags.filter((tag) => tag === 'holdfast')).toHaveLength(1)
  },
)

const digest = bytesOf(32).map((bytes) => `sha-256=:${toBase64(bytes)}:`)
property('Content-Digest: reads only what it writes', fc.oneof(near(digest), hostileText), (value) => {
  expect(`sha-256=:${toBase64(parseContentDigest(value))}:`).toBe(value)
})
