/** What is stored on this phone, and how long of it opens without a connection. */
import { useApp, useOpen } from './use-app.tsx'
import { type Loaded, useLoad } from './use-load.ts'

export type Storage = {
  readonly documents: number
  readonly away: {
    /** Whether the bank allows it at all. */
    readonly allowed: boolean
    /** Milliseconds since 1970; null: it opens in no way. */
    readonly until: number | null
  }
}

export function useStorage(): Loaded<Storage> {
  const { client } = useApp()
  const { session } = useOpen()
  return useLoad('storage', async () => {
    const { files, offline } = session.vault
    const [names, ways] = await Promise.all([files.list(), client.ways()])
    const until = ways.offline ? ((await offline?.until()) ?? null) : null
    return { documents: names.length, away: { allowed: offline !== null, until } }
  })
}
