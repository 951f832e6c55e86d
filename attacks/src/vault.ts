/** The product's own client on a virtual phone with a passcode and a vault: for attacks on what a phone stores. */
import type { Client, ClientOptions, Session } from '@holdfast/client'
import type { VirtualPhone, VirtualPhoneOptions } from '@holdfast/client/testing'
import { rightPasscode } from './passcode.ts'
import { oneTimeText, serviceKey, type World } from './phone.ts'
import { randomText } from './signer.ts'
import type { Target } from './target.ts'

export type VaultApp = { readonly phone: VirtualPhone; readonly client: Client; readonly session: Session }

export type VaultAppOptions = {
  readonly prompt?: NonNullable<ClientOptions['prompt']>
  readonly approve?: NonNullable<ClientOptions['approve']>
  readonly phone?: VirtualPhoneOptions
  /** The service it belongs to; the target's unless given. */
  readonly world?: World
}

/** An app on this phone: the owner's after a restart, or the thief's on a copy. */
export async function appOn(
  target: Target,
  phone: VirtualPhone,
  { prompt, approve, world = target }: VaultAppOptions = {},
): Promise<Client> {
  const entry = (await target.load('@holdfast/client/index.js')) as typeof import('@holdfast/client')
  const trust = [await serviceKey(world)]
  const asking = { ...(prompt && { prompt }), ...(approve && { approve }) }
  return entry.createClient({ origin: world.origin, trust, platform: phone.platform, ...asking })
}

/** Enrolled, and unlocked with {@link rightPasscode}. */
export async function openVaultApp(target: Target, options: VaultAppOptions = {}): Promise<VaultApp> {
  const testing = await target.load('@holdfast/client/platforms/testing/index.js')
  const { virtualPhone } = testing as typeof import('@holdfast/client/testing')
  const { world = target } = options
  const phone = virtualPhone({ ...options.phone, insecureFastStretch: true })
  const client = await appOn(target, phone, options)
  const sendTo = `+1555${Date.now()}${Math.floor(Math.random() * 1000)}`
  const activationCode = await world.activate(`user-${randomText(6)}`, sendTo)
  const pending = await client.enrol({ activationCode, deviceName: 'lab vault' })
  await pending.confirm(await oneTimeText(world, sendTo))
  await (await client.unlock()).setPasscode(rightPasscode)
  await client.lock()
  return { phone, client, session: await client.unlock({ passcode: rightPasscode }) }
}
