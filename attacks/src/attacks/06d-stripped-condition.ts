/** `If-Match` makes a write run only on the version the user saw. No signature covers it here, so it may not count at all. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol } from '../phone.ts'
import { altered, randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '06d-stripped-condition',
  title: 'Take the condition off a write, or add one',
  power: 'changes messages on the way',
  gain: 'a write over a version its user never saw, or none where he believes in one',
  requirement: 'K2',
  section: '7',
  expect: 'harmless',
  weaken: {
    file: 'gateway/proxy/request-fields.js',
    text: "policy === 'open' ? conditional : [replyKey]",
    instead: '[...conditional, replyKey]',
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const arrived = async (change: Readonly<Record<string, null>>) => {
      const path = target.path('account')
      const fields = [['Idempotency-Key', randomText()] as const, ['If-Match', '"1"'] as const]
      const write = await phone.signed({ method: 'PUT', target: path, fields, body: 'limit=100' })
      await target.send(altered(write, change))
      const [seen] = target.backend?.seen(path) ?? []
      if (seen === undefined) throw new Error('the write did not arrive at all')
      return seen.fields['if-match']
    }
    const [untouched, stripped] = [await arrived({}), await arrived({ 'if-match': null })]
    return harmless(untouched !== stripped && 'the condition counted, and was taken off unnoticed')
  },
}
