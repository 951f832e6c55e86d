/** Files and records of a phone were copied, as a backup would have them. What the keystore keeps was not. */
import { refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { rightPasscode } from '../passcode.ts'
import type { Target } from '../target.ts'
import { appOn, openVaultApp } from '../vault.ts'

export const attack: Attack = {
  id: '45b-copied-vault-without-keystore',
  title: 'Open a copied vault without what the phone’s keystore keeps',
  power: 'holds a copy of all files, knows the passcode, and has the phone’s own key sign',
  gain: 'what the phone stores, anywhere and at any time',
  requirement: 'K4',
  section: '13.3',
  expect: 'vault_damaged',
  weaken: {
    file: 'core/share.js',
    text: 'concat(deviceShare, serverShare, exportKey)',
    instead: 'concat(serverShare, exportKey)',
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, client, session } = await openVaultApp(target)
    await session.vault.preferences.set('note', 'private')
    await client.lock()
    const thief = phone.clone()
    phone.keystore.copyTo(thief.keystore)
    const names: string[] = []
    phone.secrets.copyTo({ ...thief.secrets, put: async (name) => void names.push(name) })
    // In place of the share he lacks, one of his own: his app is not picky.
    for (const name of names) await thief.secrets.put(name, new Uint8Array(32))
    const copy = await appOn(target, thief)
    const code = await refusalOf(copy.unlock({ passcode: rightPasscode }))
    if (code === null) return succeeded('the copy opened')
    if (code !== 'vault_damaged') throw new Error(`the client said ${code}`)
    return repelled(code)
  },
}
