import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import { expect, it } from 'vitest'
import { utf8 } from '../bytes.ts'
import { HoldfastError } from '../errors.ts'
import { externalKey, generatePkcs8, importPrivateKey, nodeCrypto } from './node.ts'

it('reads back the private key it made', () => {
  const { privateKey, publicJwk } = importPrivateKey(generatePkcs8())
  const signature = nodeCrypto.sign(privateKey, utf8('m'))
  expect(nodeCrypto.verify(nodeCrypto.importPublicKey(publicJwk), utf8('m'), signature)).toBe(true)
})

function pkcs8Of({ privateKey }: KeyPairKeyObjectResult): Uint8Array {
  return privateKey.export({ format: 'der', type: 'pkcs8' })
}

it('takes no key of another kind', () => {
  const others = [
    pkcs8Of(generateKeyPairSync('ec', { namedCurve: 'secp384r1' })),
    pkcs8Of(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })),
    pkcs8Of(generateKeyPairSync('ed25519')),
    Buffer.from('not a key'),
    Buffer.alloc(0),
  ]
  for (const key of others) expect(() => importPrivateKey(key)).toThrow(TypeError)
})

it('signs with a key that is elsewhere, and takes nothing for a signature that is none', () => {
  const { privateKey, publicJwk } = nodeCrypto.generateKeyPair()
  const elsewhere = externalKey((data) => nodeCrypto.sign(privateKey, data))
  const signature = nodeCrypto.sign(elsewhere, utf8('m'))
  expect(nodeCrypto.verify(nodeCrypto.importPublicKey(publicJwk), utf8('m'), signature)).toBe(true)
  for (const broken of [new Uint8Array(64), signature.subarray(1), new Uint8Array(0)])
    expect(() =>
      nodeCrypto.sign(
        externalKey(() => broken),
        utf8('m'),
      ),
    ).toThrow(TypeError)
  const away = externalKey(() => {
    throw new HoldfastError('store_unavailable')
  })
  expect(() => nodeCrypto.sign(away, utf8('m'))).toThrow(HoldfastError)
})
