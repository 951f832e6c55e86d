/** What was inside the seals that went over the wire: the phone alone knows, so it is asked. */
import {
  type BinaryRequest,
  type BinaryResponse,
  type CryptoPort,
  decodeRequest,
  decodeResponse,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Exchange } from '@holdfast/client/testing'

export type Inside = { readonly request: BinaryRequest; readonly answer: BinaryResponse | null }

export type Witness = {
  /** For a phone: it remembers what was sealed and opened. */
  readonly crypto: CryptoPort
  /** Null for an exchange that was not sealed. */
  inside(exchange: Exchange): Inside | null
}

/** The last octets of a sealed message are its authentication tag: no two have the same. */
const tagOf = (message: Uint8Array): string => Buffer.from(message.slice(-16)).toString('hex')

export function createWitness(): Witness {
  const sealed = new Map<string, Uint8Array>()
  const opened = new Map<string, Uint8Array>()
  const { hpke } = nodeCrypto
  const crypto: CryptoPort = {
    ...nodeCrypto,
    hpke: {
      ...hpke,
      async sender(suite, publicKey, info) {
        const sender = await hpke.sender(suite, publicKey, info)
        return {
          enc: sender.enc,
          export: (context, length) => sender.export(context, length),
          async seal(aad, plaintext) {
            const message = await sender.seal(aad, plaintext)
            sealed.set(tagOf(message), plaintext)
            return message
          },
        }
      },
    },
    open(key, nonce, aad, message) {
      const plaintext = nodeCrypto.open(key, nonce, aad, message)
      if (plaintext !== null) opened.set(tagOf(message), plaintext)
      return plaintext
    },
  }
  return {
    crypto,
    inside({ request, answerBody }: Exchange): Inside | null {
      const asked = sealed.get(tagOf(request.body))
      const answered = opened.get(tagOf(answerBody))
      if (asked === undefined) return null
      return {
        request: decodeRequest(asked),
        answer: answered === undefined ? null : decodeResponse(answered),
      }
    },
  }
}
