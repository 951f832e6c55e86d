/** What every screen works with. */
import type { Client, OpenedOffline, PendingEnrolment, Session, Ways } from '@holdfast/client'

export type Place =
  | 'welcome'
  | 'text'
  | 'choose'
  | 'offer'
  | 'locked'
  | 'home'
  | 'security'
  | 'ended'
  | 'trouble'

export type App = {
  readonly client: Client
  session: Session | null
  pending: PendingEnrolment | null
  /** Open when there is no session and the user looks at the last data. */
  offline: OpenedOffline | null
  /** Whether the next passcode takes the place of another. */
  changing: boolean
  /** Puts another screen in the place of this one. */
  readonly go: (place: Place) => Promise<void>
  /** Goes to the screen for how this device stands. */
  readonly stand: () => Promise<void>
  /** Where the device stands differently now, goes there; else tells the user in words. */
  readonly failed: (error: unknown, tell: (text: string) => void) => Promise<void>
}

export type Screen = (app: App) => HTMLElement | Promise<HTMLElement>

/** What to offer. Where that cannot be read it is the passcode alone: the next unlock tells what is wrong. */
export function waysOf({ client }: App): Promise<Ways> {
  return client.ways().catch(() => ({ passcode: true, presence: false, offline: false }))
}

/** Thrown by a screen that is asked for something only an open session has. */
export function openSession({ session }: App): Session {
  if (session === null) throw new TypeError('there is no session')
  return session
}
