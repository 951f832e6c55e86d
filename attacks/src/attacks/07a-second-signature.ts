/** Two signatures with our tag: one reader may check the first and act on the second. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { RawRequest } from '../raw.ts'
import { altered } from '../signer.ts'
import type { Target } from '../target.ts'

function field(request: RawRequest, name: string): string {
  return request.fields.find(([one]) => one === name)?.[1] ?? ''
}

export const attack: Attack = {
  id: '07a-second-signature',
  title: 'Add a second signature with our tag under another label',
  power: 'changes messages on the way',
  gain: 'a message that two readers take for two different ones',
  requirement: 'K2',
  section: '3.1',
  expect: 'signature_invalid',
  weaken: {
    file: 'core/request.js',
    text: "label !== signatureLabel && parameters.get('tag') === signatureTag",
    instead: 'false',
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    const signed = await phone.signed({ method: 'GET', target: path })
    const [input, signature] = [field(signed, 'Signature-Input'), field(signed, 'Signature')]
    const twice = { 'signature-input': `${input}, x${input}`, signature: `${signature}, x${signature}` }
    return attempt(target, path, altered(signed, twice))
  },
}
