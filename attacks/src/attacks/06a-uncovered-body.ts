/** A careless app signs only method and target. What is not covered, the attacker writes. */
import { contentDigest, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { altered, randomText } from '../signer.ts'
import type { Target } from '../target.ts'

/** As many as there should be, so that only their names are wrong. */
const components = ['@method', '@target-uri', 'host', 'authorization', 'idempotency-key']

export const attack: Attack = {
  id: '06a-uncovered-body',
  title: 'Change the body of a request whose signature does not cover it',
  power: 'changes messages on the way',
  gain: 'another amount under a good signature',
  requirement: 'K2',
  section: '3.2',
  expect: 'signature_invalid',
  weaken: {
    file: 'server/signature.js',
    text: '!expected.every((name, i) => name === components[i])',
    instead: 'false',
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('transfer')
    const fields = [['Idempotency-Key', randomText()] as const]
    const draft = { method: 'POST', target: path, fields, body: 'amount=1' }
    const signed = await phone.signed(draft, { components })
    const body = utf8('amount=9')
    const digest = await contentDigest(body, nodeCrypto)
    return attempt(target, path, { ...altered(signed, { 'content-digest': digest }), body })
  },
}
