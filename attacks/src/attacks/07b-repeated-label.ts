/** One label twice in a structured field: parsers keep the last, people read the first. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { altered } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '07b-repeated-label',
  title: 'Give the same signature label twice',
  power: 'changes messages on the way',
  gain: 'a message that two readers take for two different ones',
  requirement: 'K2',
  section: '3.1',
  expect: 'signature_invalid',
  weaken: { file: 'core/request.js', text: 'serializeDictionary(dictionary) !== value', instead: 'false' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    const signed = await phone.signed({ method: 'GET', target: path })
    const input = signed.fields.find(([name]) => name === 'Signature-Input')?.[1] ?? ''
    return attempt(target, path, altered(signed, { 'signature-input': `hf=("@method"), ${input}` }))
  },
}
