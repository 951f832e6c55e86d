import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import { expect, it } from 'vitest'
import { utf8 } from '../bytes.ts'
import { generatePkcs8, importPrivateKey, nodeCrypto } from './node.ts'

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
