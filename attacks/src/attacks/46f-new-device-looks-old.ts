/** A thief got through an activation: code and text were his. He pays at once. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

const field = 'holdfast-cooling-until'

export const attack: Attack = {
  id: '46f-new-device-looks-old',
  title: 'Pass a device bound a minute ago for an old one',
  power: 'activated a phone of its own in the user’s name',
  gain: 'the limits of a device its user has had for long',
  requirement: 'C9',
  section: '14.3',
  expect: 'harmless',
  weaken: {
    file: 'gateway/proxy/forward.js',
    text: 'clock.now() < untilMs ? cooling : fields',
    instead: 'fields',
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const thief = await enrol(target)
    const path = target.path('account')
    await target.send(await thief.signed({ method: 'GET', target: path }))
    const [seen] = target.backend?.seen(path) ?? []
    if (seen === undefined) throw new Error('the request did not arrive at all')
    const until = Number(seen.fields[field] ?? 0) * 1000
    return harmless(until < Date.now() && 'the backend was not told that the device is new')
  },
}
