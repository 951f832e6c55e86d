/** The same at a backend: a reply key of low order, and the secret is encrypted to nobody, for everybody. */
import { toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import type { Target } from '../target.ts'

/** The two points every table of them begins with (RFC 7748 section 6.1), and the two with another spelling of zero and one. */
const points = [
  '00',
  '01',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]

export const attack: Attack = {
  id: '20c-low-order-reply-key',
  title: 'Have a secret encrypted to a reply key of low order',
  power: 'wrote the app, or broke its random numbers',
  gain: 'reads at the gateway what no gateway should read',
  requirement: 'T3',
  section: '8.7',
  expect: 'bad_request',
  weaken: {
    file: 'core/crypto/node-x25519.js',
    text: `const shared = diffieHellman({ privateKey, publicKey });
    if (shared.equals(zero))
        throw new TypeError('not a point to agree with');
    return shared;`,
    instead: `try { return diffieHellman({ privateKey, publicKey }); } catch { return zero; }`,
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { sealReply } = (await target.load('@holdfast/core/reply.js')) as Pick<
      typeof import('@holdfast/core'),
      'sealReply'
    >
    const { nodeCrypto: crypto } = (await target.load('@holdfast/core/crypto/node.js')) as {
      nodeCrypto: typeof nodeCrypto
    }
    for (const point of points) {
      const field = toBase64url(Buffer.from(point.padEnd(64, '0'), 'hex'))
      const code = await refusalOf(sealReply(field, new Uint8Array(4), crypto))
      if (code === null) return succeeded(`a secret was encrypted to ${point.slice(0, 8)}…`)
      if (code !== 'bad_request') throw new Error(`the library said ${code}`)
    }
    return repelled('bad_request')
  },
}
