/** Between gateway and backend somebody puts its own reply key in the place of the app's: the backend would encrypt to it. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '25f-swapped-reply-key',
  title: 'Swap the reply key between gateway and backend',
  power: 'changes messages between gateway and backend',
  gain: 'the secret only the app should read',
  requirement: 'T3',
  section: '8.7',
  expect: 'harmless',
  weaken: { file: 'core/forward.js', text: "'holdfast-reply-key',", instead: '' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    const fields = [['Holdfast-Reply-Key', randomText(32)] as const]
    await target.send(await phone.signed({ method: 'GET', target: path, fields }))
    const [seen] = target.backend?.seen(path) ?? []
    if (seen?.fields['holdfast-reply-key'] === undefined) throw new Error('the reply key did not arrive')
    const covered = seen.fields['signature-input']?.includes('"holdfast-reply-key"') === true
    return harmless(!covered && 'nothing that was signed says for which key')
  },
}
