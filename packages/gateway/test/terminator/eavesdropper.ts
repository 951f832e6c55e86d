/** Hears what a phone puts into seals and takes out of them: the secrets nobody may find outside. */
import { type CryptoPort, decodeRequest, decodeResponse, fromUtf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'

export type Eavesdropper = {
  /** For a phone. */
  readonly crypto: CryptoPort
  /** Name and text of all that was heard: tokens, signatures, digests. */
  secrets(): ReadonlyMap<string, string>
}

/** Fields of requests that are secret, or that nobody else has. */
const telling: ReadonlySet<string> = new Set([
  'authorization',
  'signature',
  'content-digest',
  'idempotency-key',
])

export function eavesdropper(): Eavesdropper {
  const heard = new Map<string, string>()
  const keep = (name: string, text: string): void => void heard.set(`${name} ${heard.size + 1}`, text)

  function hearJson(body: Uint8Array): void {
    if (body[0] !== '{'.charCodeAt(0)) return
    for (const [name, value] of Object.entries(JSON.parse(fromUtf8(body)) as Record<string, unknown>))
      if (
        /token|proof|device|enrolment|challenge/.test(name) &&
        typeof value === 'string' &&
        value.length >= 16
      )
        keep(name, value)
  }
  function hearRequest(plaintext: Uint8Array): void {
    const { fields, body } = decodeRequest(plaintext)
    for (const [name, value] of fields) if (telling.has(name)) keep(name, value.replace('Holdfast ', ''))
    hearJson(body)
  }

  const crypto: CryptoPort = {
    ...nodeCrypto,
    hpke: {
      ...nodeCrypto.hpke,
      async sender(suite, publicKey, info) {
        const sender = await nodeCrypto.hpke.sender(suite, publicKey, info)
        return {
          enc: sender.enc,
          export: (context, length) => sender.export(context, length),
          seal(aad, plaintext) {
            hearRequest(plaintext)
            return sender.seal(aad, plaintext)
          },
        }
      },
    },
    open(key, nonce, aad, sealed) {
      const plaintext = nodeCrypto.open(key, nonce, aad, sealed)
      // Phones open other things with it, too: those are no answers.
      if (plaintext?.[0] === 1) hearJson(decodeResponse(plaintext).body)
      return plaintext
    },
  }
  return { crypto, secrets: () => heard }
}
