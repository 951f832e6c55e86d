/** Somebody puts the files of yesterday back under the app: a limit that was higher, a payee that is gone. */
import { refusalOf } from '../app.ts'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { rightPasscode } from '../passcode.ts'
import type { StorageSnapshot } from '@holdfast/client/testing'
import type { Target } from '../target.ts'
import { openVaultApp, type VaultApp } from '../vault.ts'

/** Yesterday's vault among today's other records. */
function mixed(old: StorageSnapshot, now: StorageSnapshot): StorageSnapshot {
  const isVault = (name: string): boolean => name.startsWith('vault ')
  const kept = [...now].filter(([name]) => !isVault(name))
  return new Map([...kept, ...[...old].filter(([name]) => isVault(name))])
}

async function limitOf({ client }: VaultApp): Promise<unknown> {
  const session = await client.unlock({ passcode: rightPasscode })
  return session.vault.preferences.get('limit')
}

export const attack: Attack = {
  id: '57-restored-vault',
  title: 'Put an older vault back on the phone',
  power: 'reads and writes the app’s files, and leaves the record of shares as it is',
  gain: 'the app works with what was true yesterday',
  requirement: 'C10',
  section: '13.2',
  expect: 'vault_rolled_back',
  weaken: {
    file: 'server/stores/share-ack.js',
    text: 'const taken = { mark: Math.max(mark, ack.mark) };',
    instead: 'const taken = { mark };',
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const app = await openVaultApp(target)
    const { phone, client, session } = app
    await session.vault.preferences.set('limit', 10_000)
    await client.lock()
    const [records, files, sql] = [phone.snapshot(), phone.files.snapshot(), phone.sql.snapshot()]
    await (await client.unlock({ passcode: rightPasscode })).vault.preferences.set('limit', 10)
    await client.lock()
    phone.restore(mixed(records, phone.snapshot()))
    phone.files.restore(files)
    phone.sql.restore(sql)
    let limit: unknown = null
    const code = await refusalOf(limitOf(app).then((value) => (limit = value)))
    if (code === null) return succeeded(`the app works with the limit ${String(limit)} of before`)
    if (code !== 'vault_rolled_back') throw new Error(`the client said ${code}`)
    return repelled(code)
  },
}
