/** How the running gateway is, for operators: which version, whether its stores answer, and its keys without anything to use them by. */
import { readFileSync } from 'node:fs'
import type { KeyFile } from '@holdfast/server'
import type { Service } from '../service.ts'

type StoreState = {
  readonly answers: boolean
  /** How long it took to say so. */
  readonly ms: number
  /** How far its clock is from this machine's; null where it has none of its own. */
  readonly clockApartMs: number | null
}
type KeyState = Omit<ReturnType<KeyFile['describe']>[number], 'jwk'>

export type Health = {
  readonly version: string
  readonly stores: { readonly durable: StoreState; readonly nonces: StoreState }
  readonly keys: readonly KeyState[]
  /** Whether sealed requests are taken; their keys are made anew by themselves. */
  readonly sealing: boolean
}

const manifest = new URL('../../package.json', import.meta.url)
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }

async function stateOf(ping: () => Promise<number | null | void>): Promise<StoreState> {
  const begun = performance.now()
  try {
    const theirs = await ping()
    const ms = Math.round(performance.now() - begun)
    return { answers: true, ms, clockApartMs: typeof theirs === 'number' ? theirs - Date.now() : null }
  } catch {
    return { answers: false, ms: Math.round(performance.now() - begun), clockApartMs: null }
  }
}

/** Answers whatever state the stores are in: that is what it is asked for. */
export async function healthOf({ stores, keys, server }: Service): Promise<Health> {
  const [durable, nonces] = await Promise.all([
    stateOf(() => stores.store.ping()),
    stateOf(() => stores.shortLived.ping()),
  ])
  const described = keys
    .describe()
    .map(({ use, state, place, kid, fromMs, untilMs }) => ({ use, state, place, kid, fromMs, untilMs }))
  return { version, stores: { durable, nonces }, keys: described, sealing: server.sealing.offered }
}
