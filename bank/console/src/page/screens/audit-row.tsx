/** One entry: a line, and when it is opened all of it. */
import { memo, type ReactNode, useState } from 'react'
import type { AuditEntry } from '../api/shapes.ts'
import { Facts } from '../parts/facts.tsx'
import { dateTime, dayOrTime, shortId } from '../parts/format.ts'
import { hrefTo } from '../state/route.ts'
import { words } from '../words.ts'
import { toneOfAction } from './audit-tone.ts'

function Whole({ entry }: { entry: AuditEntry }): ReactNode {
  const { columns, ids, devicesOf } = words.audit
  const rows = [
    [ids, `${entry.id}, ${dateTime(entry.atMs)}`],
    [columns.by, <code>{entry.actor}</code>],
    ...(entry.user === null
      ? []
      : [
          [
            columns.user,
            <a href={hrefTo('devices', { user: entry.user })}>{devicesOf(entry.user)}</a>,
          ] as const,
        ]),
    ...(entry.device === null ? [] : [[columns.device, <code>{entry.device}</code>] as const]),
    ...Object.entries(entry.detail).map(([name, value]) => [name, <bdi>{String(value)}</bdi>] as const),
  ] as const
  return <Facts rows={rows} />
}

export const AuditRow = memo(function AuditRow({
  entry,
  now,
}: {
  entry: AuditEntry
  now: number
}): ReactNode {
  const [open, setOpen] = useState(false)
  const { action, actor, user, device, detail, atMs } = entry
  const said = Object.entries(detail)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
  const { columns } = words.audit
  return (
    <>
      <tr data-open={open}>
        <td className="time" title={dateTime(atMs)}>
          {dayOrTime(atMs, now)}
        </td>
        <th scope="row">
          <button type="button" data-row aria-expanded={open} onClick={() => setOpen(!open)}>
            <span className="dot" data-tone={toneOfAction[action] ?? 'plain'} />
            {action}
          </button>
        </th>
        <td data-label={columns.by} title={actor}>
          {actor === device ? words.devices.columns.name.toLowerCase() : shortId(actor)}
        </td>
        <td data-label={columns.user}>{user ?? ''}</td>
        <td data-label={columns.device} title={device ?? ''}>
          {device !== null && <code>{shortId(device)}</code>}
        </td>
        <td data-label={columns.detail} className="soft">
          {said}
        </td>
      </tr>
      {open && (
        <tr className="whole">
          <td colSpan={5}>
            <Whole entry={entry} />
          </td>
          <td />
        </tr>
      )}
    </>
  )
})
