/** From nothing to a phone with a session. Runs in a page too. */

import type { Client, Session } from '@holdfast/client'

export const passcode = '739264'

/** Whom a phone asks for what a letter and a text message bring. */
export interface Bank {
  activationCode(user: string): Promise<string>
  /** Of the newest one-time text. */
  digits(): Promise<string>
}

export async function enrol(client: Client, bank: Bank, user: string): Promise<Session> {
  const activationCode = await bank.activationCode(user)
  const pending = await client.enrol({ activationCode, deviceName: 'Bench phone' })
  await pending.confirm(await bank.digits())
  return client.unlock()
}

/** With a passcode, and so with a vault. */
export async function secure(client: Client, bank: Bank, user: string): Promise<Session> {
  const session = await enrol(client, bank, user)
  await session.setPasscode(passcode)
  return session
}
