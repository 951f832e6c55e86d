/** Names of passcode records and finger keys, real ones of other people among made-up ones: does the service tell them apart? */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { askRequest, bindFinger } from '../finger.ts'
import { enrolWithPasscode } from '../passcode.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '61-foreign-finger',
  title: 'Find out which names are finger keys of others',
  power: 'has a device of its own, enrolled, and a list of names',
  gain: 'who is a customer, and challenges for his finger',
  requirement: 'K5',
  section: '12.2',
  expect: 'presence_unknown',
  weaken: {
    file: 'server/presence.js',
    text: `const presence = await store.findPresence(request.presence);
            if (presence?.deviceId !== device.id)`,
    instead: `const presence = await store.findPresence(request.presence);
            if (presence === null)`,
  },
  async run(target: Target): Promise<Outcome> {
    const { presence } = await bindFinger(target, (await enrolWithPasscode(target)).phone)
    const { deviceKey } = (await enrolWithPasscode(target)).phone
    const [known, unknown] = [
      await target.send(await askRequest(target, deviceKey, presence)),
      await target.send(await askRequest(target, deviceKey, randomText())),
    ]
    return verdict(
      known,
      known.code !== unknown.code && `one is ${known.status}, the other ${unknown.status}`,
    )
  },
}
