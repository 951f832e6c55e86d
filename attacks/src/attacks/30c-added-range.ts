/** A range the phone did not ask for cuts its answer short. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { plain } from '../phone.ts'
import { randomText, withLines } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '30c-added-range',
  title: 'Add a range on the way',
  power: 'changes messages on the way, or sends its own',
  gain: 'half an answer that the phone takes for the whole',
  requirement: 'T7',
  section: '7',
  expect: 'harmless',
  weaken: { file: 'gateway/proxy/request-fields.js', text: 'if (allowed.has(name))', instead: '' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const path = `${target.openPath}/${randomText(6)}`
    await target.send(withLines(plain(target, path), ['Range', 'bytes=0-9']))
    const [seen] = target.backend?.seen(path) ?? []
    if (seen === undefined) throw new Error('the request did not arrive at all')
    return harmless(seen.fields['range'] !== undefined && 'the backend was handed the field')
  },
}
