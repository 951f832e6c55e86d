/** Pins of TLS keys (docs/protocol.md 2.4), from whatever an operator has of a key in PEM. */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { pinOf } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'

type Block = { readonly label: string; readonly pem: string; readonly der: Uint8Array }

function blocksOf(text: string): Block[] {
  const found = text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*?)-----END \1-----/g)
  return [...found].map(([pem, label = '', base64 = '']) => ({
    label,
    pem,
    der: Buffer.from(base64, 'base64'),
  }))
}

/** Where an element of DER (X.690) has its content, and where the next one begins. */
function element(der: Uint8Array, at: number): { readonly content: number; readonly end: number } {
  const first = der[at + 1]
  if (first === undefined) throw new TypeError('cut off')
  const octets = first < 0x80 ? 0 : first & 0x7f
  if (octets > 3) throw new TypeError('too long')
  const length =
    octets === 0 ? first : der.slice(at + 2, at + 2 + octets).reduce((n, octet) => n * 256 + octet, 0)
  const content = at + 2 + octets
  if (content + length > der.length) throw new TypeError('cut off')
  return { content, end: content + length }
}

/** The key of a certification request (RFC 2986 section 4): the third element of its info, after version and subject. */
function requestKey(der: Uint8Array): KeyObject {
  const version = element(der, element(der, element(der, 0).content).content)
  const subject = element(der, version.end)
  const spki = Buffer.from(der.slice(subject.end, element(der, subject.end).end))
  return createPublicKey({ key: spki, format: 'der', type: 'spki' })
}

const readers: ReadonlyArray<readonly [RegExp, (block: Block) => KeyObject]> = [
  [/^(?:TRUSTED |X509 )?CERTIFICATE$/, ({ pem }) => new X509Certificate(pem).publicKey],
  [/^(?:NEW )?CERTIFICATE REQUEST$/, ({ der }) => requestKey(der)],
  [/^(?:RSA )?PUBLIC KEY$/, ({ pem }) => createPublicKey(pem)],
  [/^(?:RSA |EC )?PRIVATE KEY$/, ({ pem }) => createPublicKey(createPrivateKey(pem))],
]

/**
 * The pin of the first certificate, certification request, public or private key in the text; in a chain that is the server's own.
 * Null when there is none that can be read, e.g. when the key is encrypted.
 */
export function pinOfPem(text: string): string | null {
  for (const block of blocksOf(text)) {
    const read = readers.find(([label]) => label.test(block.label))?.[1]
    if (read === undefined) continue
    try {
      return pinOf(read(block).export({ format: 'der', type: 'spki' }), nodeCrypto)
    } catch {
      // Without its cause, which may quote a key.
      return null
    }
  }
  return null
}
