/** No connection of the victim's, no key of the victim's: just a field that says which certificate was seen. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { certificateOf, mutual, showing } from '../certificate.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '87h-claimed-certificate',
  title: 'Say in a field which certificate was shown',
  power: 'holds token and session key of a victim, and the certificate, which is no secret',
  gain: 'the victim’s account where a certificate is asked for',
  requirement: 'X6',
  section: '10.2',
  expect: 'certificate_required',
  weaken: {
    file: 'gateway/line/mutual.js',
    text: "!remotes.isTrusted(socket.remoteAddress ?? '')",
    instead: 'false',
  },
  setting: {
    config: { ...mutual.config, mutual: { origin: 'https://mutual.test', terminators: ['127.0.0.9'] } },
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    await target.rotate('ca')
    const victim = await enrol(target)
    const path = target.path('mutual')
    const stolen = await victim.signed({ method: 'GET', target: path })
    return attempt(target, path, showing(stolen, await certificateOf(target, victim)))
  },
}
