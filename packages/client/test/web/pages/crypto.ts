/** The crypto port on the browser's own WebCrypto. */
import type { KeyPair, PublicJwk, SealingSuite } from '@holdfast/core'
import { webCrypto } from '@holdfast/core/web-crypto'

const port = webCrypto(crypto)
const pairs: KeyPair[] = []

export type Case = { readonly id: number; readonly right: boolean }
export type Encapsulated = {
  readonly enc: Uint8Array
  readonly sealed: Uint8Array[]
  readonly exported: Uint8Array
}

/** The ids of those that came out otherwise than they should. */
async function wrong<Of extends Case>(
  cases: readonly Of[],
  act: (one: Of) => Promise<boolean>,
): Promise<number[]> {
  const ids: number[] = []
  for (const one of cases) if ((await act(one).catch(() => false)) !== one.right) ids.push(one.id)
  return ids
}
const isSame = (a: Uint8Array | null, b: Uint8Array): boolean => a !== null && String(a) === String(b)

export const api = {
  suites: () => port.hpke.suites,
  sha256: (data: Uint8Array) => port.sha256(data),
  async generateKeyPair(): Promise<{ publicJwk: PublicJwk; pair: number }> {
    const pair = await port.generateKeyPair()
    return { publicJwk: pair.publicJwk, pair: pairs.push(pair) - 1 }
  },
  async sign(pair: number, data: Uint8Array): Promise<Uint8Array> {
    const { privateKey } = pairs[pair] as KeyPair
    return port.sign(privateKey, data)
  },
  verify: async (jwk: PublicJwk, data: Uint8Array, signature: Uint8Array) =>
    port.verify(await port.importPublicKey(jwk), data, signature),
  open: (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array) =>
    port.open(key, nonce, aad, sealed),
  publicKey: async (suite: SealingSuite, seed: Uint8Array) =>
    (await port.hpke.deriveKeyPair(suite, seed)).publicKey,
  async encapsulate(
    suite: SealingSuite,
    publicKey: Uint8Array,
    info: Uint8Array,
    texts: Uint8Array[],
  ): Promise<Encapsulated> {
    const sender = await port.hpke.sender(suite, publicKey, info)
    const sealed: Uint8Array[] = []
    for (const text of texts) sealed.push(await sender.seal(info, text))
    return { enc: sender.enc, sealed, exported: await sender.export(info, 32) }
  },
  /** Null for what does not open. */
  async decapsulate(
    suite: SealingSuite,
    seed: Uint8Array,
    info: Uint8Array,
    { enc, sealed }: Pick<Encapsulated, 'enc' | 'sealed'>,
  ): Promise<{ opened: Array<Uint8Array | null>; exported: Uint8Array } | null> {
    const { privateKey } = await port.hpke.deriveKeyPair(suite, seed)
    const recipient = await port.hpke.recipient(suite, privateKey, enc, info)
    if (recipient === null) return null
    const opened: Array<Uint8Array | null> = []
    for (const one of sealed) opened.push(await recipient.open(info, one))
    return { opened, exported: await recipient.export(info, 32) }
  },
  wrongSignatures: (cases: Array<Case & { jwk: PublicJwk; message: Uint8Array; signature: Uint8Array }>) =>
    wrong(cases, async ({ jwk, message, signature }) =>
      port.verify(await port.importPublicKey(jwk), message, signature),
    ),
  wrongMacs: (cases: Array<Case & { key: Uint8Array; message: Uint8Array; tag: Uint8Array }>) =>
    wrong(cases, async ({ key, message, tag }) =>
      isSame((await port.hmacSha256(key, message)).subarray(0, tag.length), tag),
    ),
  wrongDerivations: (
    cases: Array<
      Case & { ikm: Uint8Array; salt: Uint8Array; info: Uint8Array; okm: Uint8Array; size: number }
    >,
  ) =>
    wrong(cases, async ({ ikm, salt, info, okm, size }) =>
      isSame(await port.hkdfSha256(ikm, salt, info, size), okm),
    ),
  wrongSeals: (
    cases: Array<
      Case & { key: Uint8Array; nonce: Uint8Array; aad: Uint8Array; message: Uint8Array; sealed: Uint8Array }
    >,
  ) =>
    wrong(cases, async ({ key, nonce, aad, message, sealed, right }) => {
      const opens = isSame(await port.open(key, nonce, aad, sealed), message)
      return opens && (!right || isSame(await port.seal(key, nonce, aad, message), sealed))
    }),
}
