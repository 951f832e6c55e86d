/** A browser as the phone. */
import type { Platform } from '@holdfast/client'
import { webPlatform } from '@holdfast/client/web'

/** What an app has built in. In a browser the server of the page tells it, under the same policy as the code itself. */
export type BuiltIn = { readonly origin: string; readonly trust: readonly string[] }

export async function readBuiltIn(): Promise<BuiltIn> {
  const answer = await fetch('/app.json', { cache: 'no-store' })
  return (await answer.json()) as BuiltIn
}

export function openPlatform(): Platform {
  return webPlatform({ name: 'alder-bank' })
}
