/** A thief has the user's finger, or had his own enrolled in time. With it he wants to change who gets in. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { unlockByFinger } from '../finger.ts'
import { enrolWithPasscode, postAsDevice } from '../passcode.ts'
import { enrol, type Phone } from '../phone.ts'
import type { Answer } from '../raw.ts'
import type { Target } from '../target.ts'

/** The calls that say who gets in from now on. */
async function changes(target: Target, phone: Phone, other: Phone): Promise<Record<string, Answer>> {
  const remove = async (path: string): Promise<Answer> =>
    target.send(await phone.signed({ method: 'DELETE', target: path }, {}, 'device'))
  const request = 'A'.repeat(43)
  return {
    'another passcode': await postAsDevice(target, phone, '/holdfast/passcode/registrations', { request }),
    'another finger': await postAsDevice(target, phone, '/holdfast/presence/registrations', { kind: 'key' }),
    'no finger': await remove('/holdfast/presence'),
    'one device less': await remove(`/holdfast/devices/${other.device}`),
  }
}

export const attack: Attack = {
  id: '56b-changes-by-finger',
  title: 'Change factors and devices with a finger alone',
  power: 'holds the phone, opened with a finger it takes',
  gain: 'his own finger as a way in, or a passcode of his own',
  requirement: 'C8',
  section: '12.1',
  expect: 'insufficient_user_authentication',
  weaken: {
    file: 'core/factor.js',
    text: 'acrs.indexOf(acr) < acrs.indexOf(demand.acr)',
    instead: 'false',
  },
  async run(target: Target): Promise<Outcome> {
    const owner = await enrolWithPasscode(target)
    const { phone } = await unlockByFinger(target, owner)
    const answers = Object.entries(await changes(target, phone, await enrol(target, phone.user)))
    const wanted = 'insufficient_user_authentication'
    const taken = answers.find(([, { code }]) => code !== wanted)
    const [, answer] = taken ?? answers[0] ?? []
    if (answer === undefined) throw new Error('nothing was tried')
    return verdict(answer, taken !== undefined && `${taken[0]} was to be had with a finger`)
  },
}
