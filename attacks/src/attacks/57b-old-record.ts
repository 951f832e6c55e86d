/** What is sealed stays sealed, but may be carried about: the record of yesterday in the place of today's, and all else as it is. */
import { refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import type { Target } from '../target.ts'
import { openVaultApp } from '../vault.ts'

export const attack: Attack = {
  id: '57b-old-record',
  title: 'Put an old record in the place of the new one',
  power: 'reads and writes the app’s files while it runs',
  gain: 'an app that works with a value of before',
  requirement: 'C2',
  section: '13',
  expect: 'vault_damaged',
  weaken: {
    file: 'client/vault-seal.js',
    text: `crypto.seal(key, nonce, utf8(name), plaintext));
}
/** Null when it does not open. */
export async function openBytes(key, name, sealed, crypto) {
    if (sealed.length < nonceBytes + tagBytes)
        return null;
    return crypto.open(key, sealed.subarray(0, nonceBytes), utf8(name), sealed.subarray(nonceBytes));`,
    instead: `crypto.seal(key, nonce, utf8(''), plaintext));
}
export async function openBytes(key, name, sealed, crypto) {
    if (sealed.length < nonceBytes + tagBytes)
        return null;
    return crypto.open(key, sealed.subarray(0, nonceBytes), utf8(''), sealed.subarray(nonceBytes));`,
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, session } = await openVaultApp(target)
    const { preferences } = session.vault
    await preferences.set('limit', 10)
    const before = phone.snapshot()
    await preferences.set('limit', 10_000)
    const now = phone.snapshot()
    const isRecord = (name: string): boolean => / record /.test(name)
    const old = [...before].find(([one]) => isRecord(one) && !now.has(one))
    const name = [...now.keys()].find((one) => isRecord(one) && !before.has(one))
    if (old === undefined || name === undefined) throw new Error('there are no records to exchange')
    phone.restore(new Map([...now, [name, old[1]]]))
    let value: unknown = null
    const code = await refusalOf(preferences.get('limit').then((found) => (value = found)))
    if (code === null) return succeeded(`the limit is ${String(value)} again`)
    if (code !== 'vault_damaged') throw new Error(`the client said ${code}`)
    return repelled(code)
  },
}
