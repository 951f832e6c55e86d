/** One backend of several is taken over. It passes on to another what the gateway signed for it: the customer's identity. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '25d-foreign-backend',
  title: 'Use, as a backend, a forwarded identity at another backend',
  power: 'is one of the backends',
  gain: 'the customer’s account at every other backend that believes the same forward key',
  requirement: 'T7',
  section: '7',
  expect: 'harmless',
  weaken: { file: 'core/forward.js', text: "['holdfast-audience', audience],", instead: '' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    await target.send(await phone.signed({ method: 'GET', target: path }))
    const [seen] = target.backend?.seen(path) ?? []
    if (seen?.fields['holdfast-user'] !== phone.user) throw new Error('the identity did not arrive at all')
    const covered = seen.fields['signature-input']?.includes('"holdfast-audience"') === true
    const named = covered && seen.fields['holdfast-audience'] === 'backend'
    return harmless(!named && 'nothing that was signed says for which backend')
  },
}
