/** The digest covers the compressed bytes; what they unpack to, the gateway never sees. */
import { gzipSync } from 'node:zlib'
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { FieldLine } from '../raw.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '24e-encoded-body',
  title: 'Send a compressed body',
  power: 'is a customer with an own phone',
  gain: 'a bomb of a thousand times its size behind the gateway’s limit',
  requirement: 'T7',
  section: '3.6',
  expect: 'content_encoding_refused',
  weaken: {
    file: 'server/head.js',
    text: "(fields.get('content-encoding') ?? 'identity') !== 'identity'",
    instead: 'false',
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('transfer')
    const fields: FieldLine[] = [
      ['Content-Encoding', 'gzip'],
      ['Idempotency-Key', randomText()],
    ]
    const body = gzipSync(Buffer.alloc(100_000))
    return attempt(target, path, await phone.signed({ method: 'POST', target: path, fields, body }))
  },
}
