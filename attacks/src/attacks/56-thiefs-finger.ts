/** The thief knows the code of the phone itself, and enrols his own finger there. The app's key was made for the fingers of before. */
import { refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { rightPasscode } from '../passcode.ts'
import type { Target } from '../target.ts'
import { openVaultApp } from '../vault.ts'

export const attack: Attack = {
  id: '56-thiefs-finger',
  title: 'Unlock with a finger enrolled by the thief',
  power: 'holds the phone and can enrol fingers in it',
  gain: 'the app, opened by a finger of his own',
  requirement: 'C8',
  section: '12.4',
  expect: 'presence_unknown',
  weaken: {
    file: 'client/platforms/testing/presence.js',
    text: 'enrolFinger: () => bound.clear(),',
    instead: 'enrolFinger: () => undefined,',
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, client, session } = await openVaultApp(target)
    await session.enablePresence()
    await client.lock()
    await client.unlock({ presence: true })
    await client.lock()
    phone.finger.enrolFinger()
    const code = await refusalOf(client.unlock({ presence: true }))
    if (code === null) return succeeded('a finger enrolled later opened the app')
    if (code !== 'presence_unknown') throw new Error(`the client said ${code}`)
    // Its owner is not locked out by it.
    await client.unlock({ passcode: rightPasscode })
    return repelled(code)
  },
}
