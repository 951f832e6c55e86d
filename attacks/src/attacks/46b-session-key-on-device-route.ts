/** Malware inside the app reads the session key from memory. The device key stays in the keystore. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '46b-session-key-on-device-route',
  title: 'Use the session key where the device key is asked for',
  power: 'holds the session key and a token, not the device key',
  gain: 'the calls a bank keeps for the hardware key',
  requirement: 'K1',
  section: '3.4',
  expect: 'device_key_required',
  weaken: { file: 'server/request.js', text: "{ name: 'device-key', run: checkDeviceKey },", instead: '' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = `/device-only/${randomText(6)}`
    return attempt(target, path, await phone.signed({ method: 'GET', target: path }))
  },
}
