/** A body within its limit, each octet in a chunk of its own. Kept as they came, they take a hundred times their size. */
import { contentDigest, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol } from '../phone.ts'
import { type FieldLine, serialise } from '../raw.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const octets = 1_000_000
const heapMegabytes = 80

export const attack: Attack = {
  id: '23c-tiny-chunks',
  title: 'Send a body in chunks of one octet',
  power: 'is a customer with an own phone',
  gain: 'the memory of the gateway, at a hundredth of the price',
  requirement: 'T7',
  section: '3.6',
  expect: 'harmless',
  weaken: {
    file: 'gateway/proxy/spool.js',
    text: 'body.append(chunk);',
    instead: 'body.append(chunk); (body.kept ??= []).push(chunk);',
  },
  setting: { heapMegabytes },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const fields: FieldLine[] = [
      ['Transfer-Encoding', 'chunked'],
      ['Idempotency-Key', randomText()],
      ['Content-Digest', await contentDigest(utf8('a'.repeat(octets)), nodeCrypto)],
    ]
    const signed = await phone.signed({ method: 'POST', target: target.path('transfer'), fields })
    const body = Buffer.from(`${'1\r\na\r\n'.repeat(octets)}0\r\n\r\n`)
    const { status } = await target.sendBytes(serialise({ ...signed, body }))
    if (status !== 0 && status !== 200) throw new Error(`the write was answered with ${status}`)
    return harmless(status === 0 && `${octets} octets were too many for ${heapMegabytes} MB`)
  },
}
