/** The block of docs/integrate.md 3.8, run as it stands but for the address of the service and its keys. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Client, Need, Platform, Prompt, Session } from '@holdfast/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createWorld, digits, type World } from '../packages/client/test/rig.ts'

type App = {
  readonly clientFor: (platform: Platform, prompt: Prompt) => Client
  readonly secure: (client: Client, passcode: string) => Promise<Session>
  readonly remember: (session: Session, account: string, cents: number) => Promise<void>
  readonly screen: (client: Client) => Promise<string>
  readonly unlock: (client: Client, passcode: string | null) => Promise<Session>
  readonly lastBalance: (client: Client) => Promise<string | null>
  readonly forgotten: (client: Client) => Promise<void>
}

const page = readFileSync(new URL('integrate.md', import.meta.url), 'utf8')
const section = page.slice(page.indexOf('### 3.8 Passcode'))
const source = /^```ts\n([^]*?)^```$/m.exec(section)?.[1] ?? ''
const passcode = '739264'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-passcode-'))
let world: World
let app: App

beforeAll(async () => {
  world = await createWorld({ policy: { offlineSeconds: 3600 } })
  const [thisKey, nextKey] = world.pins
  const keys = `const thisKey = ${JSON.stringify(thisKey)}, nextKey = ${JSON.stringify(nextKey ?? thisKey)}\n`
  symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(folder, 'node_modules'))
  const file = join(folder, 'app.ts')
  writeFileSync(file, keys + source.replaceAll('https://api.bank.example', world.origin))
  app = (await import(/* @vite-ignore */ file)) as App
})
afterAll(() => rmSync(folder, { recursive: true }))

it('takes a phone from its activation to a forgotten passcode', async () => {
  const phone = world.phone()
  const asked: Need[] = []
  const client = app.clientFor(phone.platform, async (need) => {
    asked.push(need)
    return { passcode }
  })
  expect(await app.screen(client)).toBe('enrol')
  const pending = await client.enrol({
    activationCode: await world.activationCode(),
    deviceName: "Ann's phone",
  })
  await pending.confirm(digits(world))

  const first = await app.secure(client, passcode)
  expect(await app.screen(client)).toBe('home')
  await app.remember(first, 'NL91', 4200)
  await client.lock()
  expect(await app.screen(client)).toBe('unlock by finger, face or passcode')

  world.advance(61_000)
  const session = await app.unlock(client, null)
  expect(await session.vault.sql.exec('SELECT cents FROM balances')).toEqual([{ cents: 4200 }])
  expect(await session.vault.preferences.get('lastAccount')).toBe('NL91')
  // A session by finger may not change the ways in: the app's prompt is asked, and the call goes on.
  await session.disablePresence()
  expect(asked).toEqual([{ reason: 'step_up', acr: 'passcode' }])
  await session.enablePresence()
  await client.lock()

  world.advance(61_000)
  await expect(app.unlock(client, '618350')).rejects.toMatchObject({ code: 'passcode_refused' })
  expect(await app.screen(client)).toBe('unlock by finger, face or passcode, 4 tries left')
  await app.unlock(client, passcode)
  await app.unlock(client, null)
  await client.lock()

  phone.network.dropRequest(Number.POSITIVE_INFINITY)
  expect(await app.lastBalance(client)).toBe('4200')
  phone.network.calm()
  await app.forgotten(client)
  expect(await app.screen(client)).toBe('forgotten')
  await expect(app.unlock(client, passcode)).rejects.toMatchObject({ code: 'identity_proof_required' })
})
