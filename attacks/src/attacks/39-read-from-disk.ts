/** Somebody copies the service's disk: a backup, a snapshot, a thrown-away drive. What lies there opens nothing. */
import { parseActivationCode } from '@holdfast/core'
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '39-read-from-disk',
  title: 'Find tokens and codes in a copy of the disk',
  power: 'holds a copy of the database',
  gain: 'refresh tokens, activation secrets and access tokens to use',
  requirement: 'K1',
  section: '5',
  expect: 'harmless',
  weaken: {
    file: 'server/session.js',
    text: "return keys.digest('refresh', refreshToken);",
    instead: 'return refreshToken;',
  },
  setting: { store: 'embedded' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    await target.send(await phone.signed({ method: 'GET', target: path }))
    const code = await target.activate(`user-${randomText(6)}`, '+15550103')
    const disk = await target.files()
    if (!disk.includes(phone.user)) throw new Error('the disk does not hold what was enrolled')
    const secrets = {
      'an activation secret': parseActivationCode(code).secret,
      'a refresh token': phone.tokens.refresh,
      'an access token': phone.tokens.access,
    }
    const found = Object.entries(secrets).find(([, secret]) => disk.includes(secret))
    return harmless(found !== undefined && `${found[0]} lies on the disk`)
  },
}
