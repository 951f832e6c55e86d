/** Who is signed in on this page: the token is kept for this origin, the cookie by the browser; neither opens anything alone. */
import { createContext, type ReactNode, useContext } from 'react'
import { call, type Method, noToken, Refused, type SessionView } from '../api/call.ts'
import type { Codes } from './codes.ts'
import { type Live, type LiveState, useLiveState } from './live.ts'

const place = 'console-token'

/** Null when nobody is. */
export async function resumeSession(): Promise<SessionView | null> {
  const token = localStorage.getItem(place)
  if (token === null) return null
  try {
    return await call<SessionView>(token, 'GET', '/session')
  } catch (error) {
    if (error instanceof Refused && error.code === 'signed_out') forgetSession()
    return null
  }
}

/** Rejects with Refused: `sign_in_refused`, `rate_limited`, `gateway_unreachable`, `network`. */
export async function signIn(name: string, secret: string): Promise<SessionView> {
  const session = await call<SessionView>(noToken, 'POST', '/session', { name, secret })
  localStorage.setItem(place, session.token)
  return session
}

export function forgetSession(): void {
  localStorage.removeItem(place)
}

/** What screens work with. */
export type Desk = {
  readonly operator: string
  readonly live: Live
  readonly codes: Codes
  readonly ask: <Answer>(method: Method, path: string, body?: unknown) => Promise<Answer>
  /** Says it in the corner, and to a screen reader. */
  readonly say: (text: string) => void
  readonly signOut: () => void
}

const context = createContext<Desk | null>(null)

export function DeskProvider({ desk, children }: { desk: Desk; children: ReactNode }): ReactNode {
  return <context.Provider value={desk}>{children}</context.Provider>
}

export function useDesk(): Desk {
  const desk = useContext(context)
  if (desk === null) throw new TypeError('nobody is signed in')
  return desk
}

export function useLive(): LiveState {
  return useLiveState(useDesk().live)
}
