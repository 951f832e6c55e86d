/** The product's own client on a virtual phone, enrolled: for attacks on what a client believes. */
import type { Client, Session } from '@holdfast/client'
import type { VirtualPhone } from '@holdfast/client/testing'
import { oneTimeText, serviceKey } from './phone.ts'
import { randomText } from './signer.ts'
import type { Target } from './target.ts'
import { neighbourIdentity, reserveIdentity, serverIdentity, strangerIdentity } from './tls-identity.ts'

export type App = { readonly phone: VirtualPhone; readonly client: Client; readonly session: Session }

/** Every certificate the suite makes: phones believe hundreds of authorities, and one of them is enough. */
function trusted(): string[] {
  return [serverIdentity(), reserveIdentity(), strangerIdentity(), neighbourIdentity()].map(
    ({ cert }) => cert,
  )
}

/** Not yet enrolled; its network is the attacker's to play with. */
export async function installApp(target: Target): Promise<Pick<App, 'phone' | 'client'>> {
  const entry = (await target.load('@holdfast/client/index.js')) as typeof import('@holdfast/client')
  const testing = await target.load('@holdfast/client/platforms/testing/index.js')
  const { virtualPhone } = testing as typeof import('@holdfast/client/testing')
  const secure = target.origin.startsWith('https:')
  const phone = virtualPhone(secure ? { ca: trusted() } : {})
  const trust = [await serviceKey(target)]
  return { phone, client: entry.createClient({ origin: target.origin, trust, platform: phone.platform }) }
}

export async function openApp(target: Target): Promise<App> {
  const { phone, client } = await installApp(target)
  const sendTo = `+1555${Date.now()}${Math.floor(Math.random() * 1000)}`
  const activationCode = await target.activate(`user-${randomText(6)}`, sendTo)
  const pending = await client.enrol({ activationCode, deviceName: 'lab app' })
  await pending.confirm(await oneTimeText(target, sendTo))
  return { phone, client, session: await client.unlock() }
}

/** The same phone with its app started again. */
export async function restartApp(target: Target, { phone }: Pick<App, 'phone'>): Promise<Client> {
  const entry = (await target.load('@holdfast/client/index.js')) as typeof import('@holdfast/client')
  const trust = [await serviceKey(target)]
  return entry.createClient({ origin: target.origin, trust, platform: phone.platform })
}

/** The code a promise of the client rejects with, or null when it resolves. */
export async function refusalOf(promise: Promise<unknown>): Promise<string | null> {
  try {
    await promise
    return null
  } catch (error) {
    // The client may be a copy's, with a HoldfastError of its own.
    const code = (error as { code?: unknown }).code
    if (typeof code !== 'string') throw error
    return code
  }
}
