/** A whole session, from the activation code to the end: what an app does, and what it sees. */
import { HoldfastError } from '@holdfast/core'
import { createClient } from '../../src/client.ts'
import type { Network } from '../../src/ports.ts'
import { device } from './device.ts'

export type Given = {
  readonly origin: string
  readonly trust: readonly string[]
  readonly activationCode: string
}

const passcode = '730185'

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'passed',
    (error: unknown) => (error instanceof HoldfastError ? error.code : String(error)),
  )
}

/** What the app saw, as JSON. `digits` are those of the one-time text, when it was sent. */
export async function session(
  { origin, trust, activationCode }: Given,
  network: Network,
  digits: () => string,
): Promise<unknown[]> {
  const seen: unknown[] = []
  const client = createClient({ origin, trust, platform: device(network), idleSeconds: 0 })
  seen.push(await client.status())
  const pending = await client.enrol({ activationCode, deviceName: 'Test phone' })
  seen.push(pending.checkPhrase)
  await pending.confirm(digits())
  seen.push(await client.status())

  const first = await client.unlock()
  const read = await first.fetch('/accounts?of=ann')
  seen.push([read.status, await read.json()])
  const written = await first.fetch('/payments', { method: 'POST', body: '{"to":"bob","cents":1000}' })
  seen.push([written.status, await written.json()])
  const sealed = await first.fetch('/payments', { method: 'POST', body: 'sealed', sealed: true })
  seen.push([sealed.status, await sealed.json()])
  seen.push((await first.devices()).map(({ name }) => name))
  await first.setPasscode(passcode)
  await first.end()

  seen.push(await codeOf(client.unlock()))
  seen.push(await codeOf(client.unlock({ passcode: '730186' })))
  const second = await client.unlock({ passcode })
  await second.vault.preferences.set('theme', 'dark')
  await second.enablePresence()
  await client.lock()
  seen.push(await codeOf(second.fetch('/accounts')))

  const third = await client.unlock({ presence: true })
  seen.push(await third.vault.preferences.get('theme'))
  seen.push((await third.fetch('/accounts')).status)
  await third.end()
  return seen
}
