/** The audit as it is written: newest first. */
import { type ReactNode, useMemo, useState } from 'react'
import type { AuditEntry } from '../api/shapes.ts'
import { useShortcuts } from '../keys/shortcuts.ts'
import { Empty, Loading } from '../parts/empty.tsx'
import { Filter } from '../parts/field.tsx'
import { useNow } from '../state/now.ts'
import { useRoute } from '../state/route.ts'
import { useDesk, useLive } from '../state/session.tsx'
import { useTask } from '../state/task.ts'
import { words } from '../words.ts'
import { AuditRow } from './audit-row.tsx'

const shownAtOnce = 100
const olderAtOnce = 500

type Sought = { readonly user: string; readonly device: string; readonly action: string }

function fits(entry: AuditEntry, { user, device, action }: Sought): boolean {
  const has = (value: string | null, part: string): boolean => (value ?? '').includes(part)
  return (
    has(entry.user, user) &&
    (has(entry.device, device) || has(entry.actor, device)) &&
    (action === '' || entry.action === action)
  )
}

/** What came before what the live stream began with. Ids have gaps, so a page may bring fewer. */
function useOlder(audit: readonly AuditEntry[] | null): {
  readonly entries: readonly AuditEntry[]
  /** Null when there is nothing older, or nothing yet. */
  readonly load: (() => void) | null
} {
  const { ask } = useDesk()
  const { run } = useTask()
  const [older, setOlder] = useState<readonly AuditEntry[]>([])
  const first = (older.at(-1) ?? audit?.at(-1))?.id ?? 1
  async function load(): Promise<void> {
    const after = Math.max(0, first - 1 - olderAtOnce)
    const path = `/audit?limit=${olderAtOnce}&after=${after}`
    const { entries } = await ask<{ entries: readonly AuditEntry[] }>('GET', path)
    setOlder((known) => [...known, ...entries.filter(({ id }) => id < first).toReversed()])
  }
  return { entries: older, load: first <= 1 ? null : () => void run(load) }
}

type FiltersProps = {
  readonly sought: Sought
  readonly actions: readonly string[]
  readonly onChange: (sought: Sought) => void
}

function Filters({ sought, actions, onChange }: FiltersProps): ReactNode {
  const { user, device, action, anyAction } = words.audit
  return (
    <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <Filter
        label={user}
        data-search
        value={sought.user}
        onChange={(event) => onChange({ ...sought, user: event.target.value })}
      />
      <Filter
        label={device}
        value={sought.device}
        onChange={(event) => onChange({ ...sought, device: event.target.value })}
      />
      <label className="filter">
        <span>{action}</span>
        <select
          value={sought.action}
          onChange={(event) => onChange({ ...sought, action: event.target.value })}
        >
          <option value="">{anyAction}</option>
          {actions.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
    </form>
  )
}

function Table({ entries, total }: { entries: readonly AuditEntry[]; total: number }): ReactNode {
  const now = useNow(60_000)
  const [shown, setShown] = useState(shownAtOnce)
  const { columns, more, empty, emptyText } = words.audit
  if (entries.length === 0) return <Empty title={empty} {...(total === 0 ? {} : { text: emptyText })} />
  return (
    <>
      <table className="audit">
        <thead>
          <tr>
            <th scope="col">{columns.time}</th>
            <th scope="col">{columns.action}</th>
            <th scope="col">{columns.by}</th>
            <th scope="col">{columns.user}</th>
            <th scope="col">{columns.device}</th>
            <th scope="col">{columns.detail}</th>
          </tr>
        </thead>
        <tbody>
          {entries.slice(0, shown).map((entry) => (
            <AuditRow key={entry.id} entry={entry} now={now} />
          ))}
        </tbody>
      </table>
      {entries.length > shown && (
        <button type="button" className="quiet" onClick={() => setShown(shown + shownAtOnce)}>
          {more}
        </button>
      )}
    </>
  )
}

export function AuditScreen(): ReactNode {
  const { audit, connected, line } = useLive()
  const { params } = useRoute()
  const [sought, setSought] = useState<Sought>({
    user: params.get('user') ?? '',
    device: params.get('device') ?? '',
    action: '',
  })
  /** What was there when it was paused. */
  const [still, setStill] = useState<readonly AuditEntry[] | null>(null)
  const older = useOlder(audit)
  const toggle = (): void => setStill(still === null ? audit : null)
  useShortcuts({ p: toggle })
  const live = still ?? audit
  const entries = useMemo(() => [...(live ?? []), ...older.entries], [live, older.entries])
  const found = useMemo(() => entries.filter((entry) => fits(entry, sought)), [entries, sought])
  const actions = useMemo(() => [...new Set(entries.map(({ action }) => action))].toSorted(), [entries])
  if (audit === null) return <Loading />
  const missed = still === null ? 0 : audit.findIndex(({ id }) => id === still[0]?.id)
  return (
    <div className="page">
      <header className="bar">
        <h1>{words.audit.title}</h1>
        <Filters sought={sought} actions={actions} onChange={setSought} />
        <p className="live" data-live={still === null && connected && line === null}>
          <span className="soft">
            {still === null ? words.audit.live : words.audit.paused(missed < 0 ? audit.length : missed)}
          </span>
          <button type="button" className="quiet" onClick={toggle}>
            {still === null ? words.audit.pause : words.audit.go} <kbd>p</kbd>
          </button>
        </p>
      </header>
      <p className="soft under-title">{words.audit.shown(found.length, entries.length)}</p>
      <Table entries={found} total={entries.length} />
      {older.load !== null && (
        <button type="button" className="quiet" onClick={older.load}>
          {words.audit.older}
        </button>
      )}
    </div>
  )
}
