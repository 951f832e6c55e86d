/** What is around every screen: sections, who is signed in, how long for, and what the console has to say. */
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { focusSearch, moveRow, useJumps, useShortcuts } from './keys/shortcuts.ts'
import { Mark } from './parts/mark.tsx'
import { ActivationsScreen } from './screens/activations.tsx'
import { AuditScreen } from './screens/audit.tsx'
import { DevicesScreen } from './screens/devices.tsx'
import { HealthScreen } from './screens/health.tsx'
import { HoldsScreen } from './screens/holds.tsx'
import { KeyHelp } from './screens/key-help.tsx'
import { OperatorsScreen } from './screens/operators.tsx'
import { useNow } from './state/now.ts'
import { go, hrefTo, letters, type Section, sections, useRoute } from './state/route.ts'
import { useDesk, useLive } from './state/session.tsx'
import { sayRefusal } from './state/task.ts'
import { words } from './words.ts'

const screens: Readonly<Record<Section, () => ReactNode>> = {
  holds: HoldsScreen,
  devices: DevicesScreen,
  activations: ActivationsScreen,
  audit: AuditScreen,
  health: HealthScreen,
  operators: OperatorsScreen,
}
const jumps = Object.fromEntries(
  Object.entries(letters).map(([letter, section]) => [letter, () => go(section)]),
)

const touchMs = 60_000

/** Reading and moving about is no call; it keeps the session all the same, once a minute at most. */
function useTouch(): () => void {
  const { ask } = useDesk()
  const touched = useRef(Date.now())
  const touch = (): void => {
    touched.current = Date.now()
    ask('GET', '/session').catch(() => undefined)
  }
  const latest = useRef(touch)
  latest.current = touch
  useEffect(() => {
    const hear = (): void => {
      if (Date.now() - touched.current > touchMs) latest.current()
    }
    addEventListener('keydown', hear)
    addEventListener('pointerdown', hear)
    return () => {
      removeEventListener('keydown', hear)
      removeEventListener('pointerdown', hear)
    }
  }, [])
  return touch
}

/** What has to be known on every screen: that what is shown is old, or that the session is about to end. */
function Notices({ onStay }: { onStay: () => void }): ReactNode {
  const { connected, line, endsAt } = useLive()
  const left = Math.ceil((endsAt - useNow()) / 1000)
  return (
    <div>
      {!connected && (
        <p className="notice" role="status">
          {words.shell.lost}
        </p>
      )}
      {connected && line !== null && (
        <p className="notice" role="status">
          {words.shell.line(sayRefusal(line).replace(/\.$/, ''))}
        </p>
      )}
      {left <= 60 && left > 0 && (
        <p className="notice">
          {words.shell.soon(left)}{' '}
          <button type="button" className="quiet" onClick={onStay}>
            {words.shell.stay}
          </button>
        </p>
      )}
    </div>
  )
}

function Nav({ current, onKeys }: { current: Section; onKeys: () => void }): ReactNode {
  const { operator, signOut } = useDesk()
  const { holds } = useLive()
  const nav = useRef<HTMLElement>(null)
  useEffect(() => {
    // On a phone they are in a row that is wider than it.
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [current])
  const waiting = holds?.length ?? 0
  return (
    <header className="rail">
      <Mark />
      <nav ref={nav} aria-label={words.shell.nav}>
        {sections.map((section) => (
          <a key={section} href={hrefTo(section)} aria-current={section === current ? 'page' : undefined}>
            {words.sections[section]}
            {section === 'holds' && waiting > 0 && (
              <span className="badge" title={words.shell.waiting(waiting)}>
                {waiting}
              </span>
            )}
          </a>
        ))}
      </nav>
      <div className="who">
        <span className="who-name">{operator}</span>
        <button type="button" className="quiet" onClick={onKeys} aria-keyshortcuts="?">
          {words.shell.keys} <kbd>?</kbd>
        </button>
        <button type="button" className="quiet" onClick={signOut}>
          {words.shell.signOut}
        </button>
      </div>
    </header>
  )
}

/** Says it for a while; a new one takes the place of the last. */
function Corner({ said }: { said: { readonly text: string; readonly at: number } | null }): ReactNode {
  const now = useNow()
  const text = said !== null && now - said.at < 6000 ? said.text : ''
  return (
    <div className="corner" role="status">
      {text !== '' && <p>{text}</p>}
    </div>
  )
}

export function Shell({ said }: { said: { readonly text: string; readonly at: number } | null }): ReactNode {
  const { section } = useRoute()
  const [help, setHelp] = useState(false)
  const touch = useTouch()
  useJumps(jumps)
  useShortcuts({
    j: () => moveRow(1),
    k: () => moveRow(-1),
    '/': focusSearch,
    '?': () => setHelp(true),
  })
  const title = `${words.sections[section]} · ${words.bank} ${words.console}`
  useEffect(() => {
    document.title = title
  }, [title])
  const Screen = screens[section]
  return (
    <div className="shell">
      <Nav current={section} onKeys={() => setHelp(true)} />
      <main id="content" tabIndex={-1}>
        <Notices onStay={touch} />
        <Screen />
      </main>
      <Corner said={said} />
      {help && <KeyHelp onClose={() => setHelp(false)} />}
    </div>
  )
}
