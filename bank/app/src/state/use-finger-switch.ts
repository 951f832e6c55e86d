/** Finger or face as a second way in: on or off. */
import { acknowledgeOwn } from './notices.ts'
import { useAct } from './use-act.ts'
import { useApp, useOpen } from './use-app.tsx'
import { useLoad } from './use-load.ts'

export type FingerSwitch = {
  /** Null while it is not known. */
  readonly on: boolean | null
  readonly busy: boolean
  readonly error: string | null
  readonly set: (on: boolean) => void
}

/** `changed` is called after each change. */
export function useFingerSwitch(changed: () => void = nothing): FingerSwitch {
  const { client } = useApp()
  const { session } = useOpen()
  const ways = useLoad('ways', () => client.ways())
  const { busy, error, run } = useAct()
  const set = (on: boolean): void =>
    run(async () => {
      await (on ? session.enablePresence() : session.disablePresence())
      if (on) await acknowledgeOwn(session, 'presence.registered').catch(() => undefined)
      ways.reload()
      changed()
    })
  return { on: ways.value?.presence ?? null, busy, error, set }
}

const nothing = (): void => undefined
