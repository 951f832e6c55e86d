/** Signed in or not: everything else is below. */
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react'
import type { EndReason } from '../server/sessions.ts'
import { call, type SessionView } from './api/call.ts'
import { SignIn } from './screens/sign-in.tsx'
import { Shell } from './shell.tsx'
import { createCodes } from './state/codes.ts'
import { openLive, type Live } from './state/live.ts'
import { type Desk, DeskProvider, forgetSession, resumeSession } from './state/session.tsx'

type Place =
  | { readonly kind: 'starting' }
  | { readonly kind: 'out'; readonly reason: EndReason | null }
  | { readonly kind: 'in'; readonly session: SessionView; readonly live: Live }

export function App(): ReactNode {
  const [place, setPlace] = useState<Place>({ kind: 'starting' })
  const [said, setSaid] = useState<{ readonly text: string; readonly at: number } | null>(null)

  const leave = useCallback((reason: EndReason | null) => {
    forgetSession()
    setPlace({ kind: 'out', reason })
  }, [])
  const enter = useCallback(
    (session: SessionView) => {
      const endsAt = session.endsAt - session.now + Date.now()
      setPlace({ kind: 'in', session, live: openLive(session.token, endsAt, leave) })
    },
    [leave],
  )
  useEffect(() => {
    void resumeSession().then((session) => (session === null ? leave(null) : enter(session)))
  }, [enter, leave])

  const desk = useMemo((): Desk | null => {
    if (place.kind !== 'in') return null
    const { session, live } = place
    return {
      operator: session.operator,
      live,
      codes: createCodes(),
      ask: (method, path, body) => call(session.token, method, path, body),
      say: (text) => setSaid({ text, at: Date.now() }),
      signOut: () => {
        live.close()
        void call(session.token, 'DELETE', '/session').catch(() => undefined)
        leave('signed_out')
      },
    }
  }, [place, leave])

  if (place.kind === 'starting') return null
  if (desk === null) return <SignIn reason={place.kind === 'out' ? place.reason : null} onSession={enter} />
  return (
    <DeskProvider desk={desk}>
      <Shell said={said} />
    </DeskProvider>
  )
}
