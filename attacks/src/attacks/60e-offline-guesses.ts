/** In a browser secrets lie on the same disk as everything else. Who copies it whole guesses at home, and puts his own counters back. */
import { refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { withPages } from '../factor-settings.ts'
import { rightPasscode, wrongPasscode } from '../passcode.ts'
import type { Target } from '../target.ts'
import { appOn, openVaultApp } from '../vault.ts'

const guesses = [...Array.from({ length: 8 }, (_, i) => `${wrongPasscode}${i}`), rightPasscode]

export const attack: Attack = {
  id: '60e-offline-guesses',
  title: 'Guess the passcode at a copied disk without the service',
  power: 'copied a disk that keeps no secret of its own',
  gain: 'the last data, and with it the passcode',
  requirement: 'K5',
  section: '13.6',
  expect: 'offline_refused',
  weaken: {
    file: 'client/offline-way.js',
    text: 'function createWrapping({ crypto, secrets, stretch, presence }) {',
    instead: `function createWrapping({ crypto, secrets: kept, stretch, presence }) {
    const secrets = { ...kept, hardware: true };`,
  },
  setting: withPages,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, client, session } = await openVaultApp(target, { phone: { hardware: false } })
    await session.vault.offline?.put('balance', '42')
    await client.lock()
    const copy = phone.cloneWithKey()
    const image = copy.snapshot()
    const codes = new Set<string | null>()
    for (const passcode of guesses) {
      copy.restore(image)
      const thief = await appOn(target, copy)
      codes.add(await refusalOf(thief.openOffline({ passcode })))
      if (codes.has(null)) return succeeded(`${passcode} opened it, and nobody counted`)
    }
    if (codes.size !== 1 || !codes.has('offline_refused')) throw new Error([...codes].join())
    return repelled('offline_refused')
  },
}
