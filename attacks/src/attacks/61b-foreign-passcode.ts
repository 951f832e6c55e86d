/** Guesses at the passcode of another phone, counted at one's own: and does the service tell a record of somebody from none? */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrolWithPasscode, halfGuess } from '../passcode.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const free = 5

export const attack: Attack = {
  id: '61b-foreign-passcode',
  title: 'Find out which names are passcodes of others',
  power: 'has a device of its own, enrolled, and a list of names',
  gain: 'who is a customer, and has a passcode',
  requirement: 'K5',
  section: '11.5',
  expect: 'passcode_not_set',
  weaken: {
    file: 'server/stores/memory/passcode.js',
    text: 'passcodes.get(login.recordId)?.deviceId !== login.deviceId)',
    instead: '!passcodes.has(login.recordId))',
  },
  async run(target: Target): Promise<Outcome> {
    const { way } = await enrolWithPasscode(target)
    const own = (await enrolWithPasscode(target)).phone
    const codesOf = async (record: string): Promise<string> => {
      const codes: Array<string | null> = []
      for (let i = 0; i <= free; i++) codes.push((await halfGuess(target, own, record)).code)
      return codes.join()
    }
    const [unknown, known] = [await codesOf(randomText()), await codesOf(way.record)]
    const last = await halfGuess(target, own, way.record)
    return verdict(last, known !== unknown && `a record of somebody is told from none: ${known}`)
  },
}
