/** A body without a stated length that just goes on. */
import { contentDigest, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { FieldLine } from '../raw.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const limitBytes = 1000

export const attack: Attack = {
  id: '23-oversize-body',
  title: 'Send a body larger than the limit, in chunks',
  power: 'is a customer with an own phone',
  gain: 'the memory of the gateway',
  requirement: 'T7',
  section: '3.6',
  expect: 'body_too_large',
  weaken: { file: 'gateway/proxy/spool.js', text: 'length + chunk.length > limitBytes', instead: 'false' },
  setting: { config: { limits: { bodyBytes: limitBytes } } },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('transfer')
    const body = 'a'.repeat(limitBytes + 24)
    const fields: FieldLine[] = [
      ['Transfer-Encoding', 'chunked'],
      ['Idempotency-Key', randomText()],
      ['Content-Digest', await contentDigest(utf8(body), nodeCrypto)],
    ]
    const signed = await phone.signed({ method: 'POST', target: path, fields })
    return attempt(target, path, { ...signed, body: utf8(`400\r\n${body}\r\n0\r\n\r\n`) })
  },
}
