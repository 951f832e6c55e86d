/** Keys for tests, made anew for every run. */
import { nodeCrypto } from '../src/crypto/node.ts'
import type { KeyPair, VerifyKey } from '../src/crypto/port.ts'
import { thumbprint } from '../src/jwk.ts'

export type TestKey = KeyPair & { readonly kid: string; readonly verifyKey: VerifyKey }

export async function testKey(): Promise<TestKey> {
  const pair = nodeCrypto.generateKeyPair()
  return {
    ...pair,
    kid: await thumbprint(pair.publicJwk, nodeCrypto),
    verifyKey: nodeCrypto.importPublicKey(pair.publicJwk),
  }
}
