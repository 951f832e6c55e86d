/** Puts the app together: the client on this device, and whom it asks. */
import { createClient } from '@holdfast/client'
import { toBase64url } from '@holdfast/core'
import { openPlatform, readBuiltIn } from './device/platform.ts'
import { type App, createApp, idleSeconds } from './state/app.ts'
import { createAsks } from './state/asks.ts'

export async function openApp(): Promise<App> {
  const { origin, trust } = await readBuiltIn()
  const asks = createAsks()
  const platform = openPlatform()
  const client = createClient({
    origin,
    trust,
    platform,
    idleSeconds,
    prompt: (need) => asks.ask({ kind: 'factor', need }),
    approve: (request) => asks.ask({ kind: 'approval', request }),
  })
  const app = createApp(client, asks, () => toBase64url(platform.crypto.random(16)))
  await app.look()
  return app
}
