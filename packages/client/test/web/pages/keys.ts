/** The web keystore, and somebody who watches the keys it makes. */
import { webPlatform } from '@holdfast/client/web'

const { keystore, stretch } = webPlatform({ name: 'bank' })
const { wrapped } = keystore
if (wrapped === undefined || stretch === null) throw new TypeError('not the web platform')

export type Watched = { readonly pkcs8: Uint8Array; readonly d: string }
const watched: Watched[] = []

/** From now on the octets of every P-256 key are known: what a page cannot keep from its own scripts, and a test needs. */
function watch(): void {
  const { subtle } = crypto
  const generate = subtle.generateKey.bind(subtle) as (
    algorithm: EcKeyGenParams,
    extractable: boolean,
    usages: KeyUsage[],
  ) => Promise<CryptoKeyPair>
  const watching: typeof generate = async (algorithm, extractable, usages) => {
    const { publicKey, privateKey } = await generate(algorithm, true, usages)
    const pkcs8 = await subtle.exportKey('pkcs8', privateKey)
    const { d = '' } = await subtle.exportKey('jwk', privateKey)
    watched.push({ pkcs8: new Uint8Array(pkcs8), d })
    const key = await subtle.importKey('pkcs8', pkcs8, algorithm, extractable, ['sign'])
    return { publicKey, privateKey: key }
  }
  Object.assign(subtle, { generateKey: watching })
}

export const api = {
  watch,
  watched: (): Watched[] => watched,
  create: (label: string) => keystore.create(label),
  find: (label: string) => keystore.find(label),
  sign: (label: string, data: Uint8Array) => keystore.sign(label, data),
  keep: (label: string, key: Uint8Array) => wrapped.keep(label, key),
  open: (label: string, key: Uint8Array) => wrapped.open(label, key),
  close: () => wrapped.close(),
  createAttempt: (label: string) => wrapped.attempts.create(label),
  signAttempt: (label: string, data: Uint8Array) => wrapped.attempts.sign(label, data),
  stretch: (passcode: string, salt: Uint8Array) =>
    stretch(new TextEncoder().encode(passcode), salt, {
      memoryKiB: 1024,
      iterations: 1,
      parallelism: 1,
      length: 32,
    }),
  /** What script can get out of the keys that sign, of the one in memory and of the one that lies bare. */
  async exports(): Promise<string[]> {
    const names: string[] = []
    const { subtle } = crypto
    const sign = subtle.sign.bind(subtle)
    const trying: typeof sign = async (algorithm, key, data) => {
      for (const format of ['pkcs8', 'jwk'] as const)
        names.push(
          await subtle.exportKey(format, key).then(
            () => 'exported',
            (error: Error) => error.name,
          ),
        )
      return sign(algorithm, key, data)
    }
    Object.assign(subtle, { sign: trying })
    await keystore.sign('device', new Uint8Array(1))
    await wrapped.attempts.sign('attempt', new Uint8Array(1))
    Reflect.deleteProperty(subtle, 'sign')
    return names
  },
}
