/** A transfer coding the gateway cannot undo: it would check one body and the backend read another. */
import { contentDigest, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { FieldLine } from '../raw.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '24a-unknown-coding',
  title: 'Send a body in a transfer coding beside chunked',
  power: 'is a customer with an own phone',
  gain: 'a body that gateway and backend read differently',
  requirement: 'T7',
  section: '3.9',
  expect: 'ambiguous_request',
  weaken: { file: 'gateway/line/edge.js', text: "coding.toLowerCase() !== 'chunked'", instead: 'false' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('transfer')
    const body = utf8('amount=1')
    const fields: FieldLine[] = [
      ['Transfer-Encoding', 'gzip, chunked'],
      ['Idempotency-Key', randomText()],
      ['Content-Digest', await contentDigest(body, nodeCrypto)],
    ]
    const signed = await phone.signed({ method: 'POST', target: path, fields })
    return attempt(target, path, { ...signed, body: utf8('8\r\namount=1\r\n0\r\n\r\n') })
  },
}
