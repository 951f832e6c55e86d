/** A phone begins to set its passcode. Before it comes to the end, somebody else ends it, on a device of his own. */
import { client as opaque } from '@serenity-kit/opaque'
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { postAsDevice } from '../passcode.ts'
import { enrol, json } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const calls = '/holdfast/passcode/registrations'
const uploadBytes = 192

export const attack: Attack = {
  id: '59j-foreign-record',
  title: 'Take the name of a passcode that another phone is setting',
  power: 'has a device of its own, enrolled, and reads the names in the calls of another',
  gain: 'a passcode of its own under that name, and none for the other',
  requirement: 'C7',
  section: '11.2',
  expect: 'grant_refused',
  weaken: {
    file: 'server/passcode-registration.js',
    text: 'if (!isRecordOf(device, record, deployment))',
    instead: 'if (false)',
  },
  async run(target: Target): Promise<Outcome> {
    const { registrationRequest: request } = opaque.startRegistration({ password: '408613' })
    const begun = json(await postAsDevice(target, await enrol(target), calls, { request }))
    const upload = randomText(uploadBytes)
    const answer = await postAsDevice(target, await enrol(target), `${calls}/${begun['record'] as string}`, {
      upload,
    })
    return verdict(answer, answer.status === 200 && 'the name is somebody else’s now')
  },
}
