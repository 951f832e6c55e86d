/** Customers' devices: one user's, or the newest of all. */
import { type FormEvent, type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import type { Device, DevicePage } from '../api/shapes.ts'
import { useOpened, useShortcuts } from '../keys/shortcuts.ts'
import { Empty, Loading } from '../parts/empty.tsx'
import { Filter } from '../parts/field.tsx'
import { ago, date } from '../parts/format.ts'
import { useNow } from '../state/now.ts'
import { go, hrefTo, useRoute } from '../state/route.ts'
import { useDesk, useLive } from '../state/session.tsx'
import { useTask } from '../state/task.ts'
import { words } from '../words.ts'
import { DeviceDetail } from './device.tsx'
import { DeviceChip, lastSeen } from './device-state.tsx'

const pageSize = 100

type Found = {
  readonly devices: readonly Device[] | null
  readonly next: number | null
  readonly problem: string | null
  readonly more: () => void
  readonly replace: (device: Device) => void
  readonly reload: () => void
}

function useDevices(user: string): Found {
  const { ask } = useDesk()
  const { problem, run } = useTask()
  const [page, setPage] = useState<DevicePage | null>(null)
  const load = useCallback(
    (before: number | null) => {
      const query = new URLSearchParams({ limit: String(pageSize) })
      if (user !== '') query.set('user', user)
      if (before !== null) query.set('before', String(before))
      return run(async () => {
        const { devices, next } = await ask<DevicePage>('GET', `/devices?${query.toString()}`)
        setPage((known) => ({
          devices: before === null ? devices : [...(known?.devices ?? []), ...devices],
          next,
        }))
      })
    },
    [ask, run, user],
  )
  useEffect(() => {
    setPage(null)
    void load(null)
  }, [load])
  return {
    devices: page?.devices ?? null,
    next: page?.next ?? null,
    problem,
    more: () => void load(page?.next ?? null),
    reload: () => void load(null),
    replace: (device) =>
      setPage((known) =>
        known === null
          ? null
          : { ...known, devices: known.devices.map((one) => (one.id === device.id ? device : one)) },
      ),
  }
}

function Table({ devices, chosen }: { devices: readonly Device[]; chosen: string | null }): ReactNode {
  const now = useNow(10_000)
  const { audit } = useLive()
  const seen = lastSeen(audit ?? [])
  const { params } = useRoute()
  const user = params.get('user')
  const { columns } = words.devices
  return (
    <table className="devices">
      <thead>
        <tr>
          <th scope="col">{columns.name}</th>
          <th scope="col">{columns.user}</th>
          <th scope="col">{columns.platform}</th>
          <th scope="col">{columns.state}</th>
          <th scope="col">{columns.seen}</th>
          <th scope="col">{columns.bound}</th>
        </tr>
      </thead>
      <tbody>
        {devices.map((device) => (
          <tr key={device.id} data-chosen={device.id === chosen} data-faded={device.revoked !== null}>
            <th scope="row">
              <a
                data-row={device.id}
                href={hrefTo('devices', { ...(user === null ? {} : { user }), device: device.id })}
                aria-current={device.id === chosen ? 'true' : undefined}
              >
                <bdi>{device.name}</bdi>
              </a>
            </th>
            <td data-label={columns.user}>{device.user}</td>
            <td data-label={columns.platform}>{device.platform}</td>
            <td data-label={columns.state} data-first>
              <DeviceChip device={device} now={now} />
            </td>
            <td data-label={columns.seen}>
              {seen.has(device.id) ? ago(seen.get(device.id) as number, now) : words.devices.notLately}
            </td>
            <td data-label={columns.bound}>{date(device.created * 1000)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Search({ user }: { user: string }): ReactNode {
  const [text, setText] = useState(user)
  useEffect(() => setText(user), [user])
  const search = (event: FormEvent): void => {
    event.preventDefault()
    go('devices', text.trim() === '' ? {} : { user: text.trim() })
  }
  return (
    <form className="filters" role="search" onSubmit={search}>
      <Filter
        label={words.devices.search}
        data-search
        maxLength={128}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button className="quiet">{words.devices.find}</button>
    </form>
  )
}

function List({ found, user, chosen }: { found: Found; user: string; chosen: string | null }): ReactNode {
  const { devices, next, more, problem } = found
  if (devices === null) return problem === null ? <Loading /> : <p className="problem">{problem}</p>
  if (devices.length === 0)
    return user === '' ? (
      <Empty title={words.devices.nothing} />
    ) : (
      <Empty title={words.devices.none(user)} text={words.devices.noneText} />
    )
  return (
    <>
      <Table devices={devices} chosen={chosen} />
      {problem !== null && <p className="problem">{problem}</p>}
      {next !== null && (
        <button type="button" className="quiet" onClick={more}>
          {words.devices.more}
        </button>
      )}
    </>
  )
}

export function DevicesScreen(): ReactNode {
  const { params } = useRoute()
  const user = params.get('user') ?? ''
  const id = params.get('device')
  const found = useDevices(user)
  const beside = useRef<HTMLElement>(null)
  const chosen = found.devices?.find((device) => device.id === id)
  const list = user === '' ? {} : { user }
  useShortcuts({ Escape: () => id !== null && go('devices', list) })
  const open = chosen !== undefined
  useOpened(open ? id : null, beside)
  return (
    <div className="split wide-list" data-open={open}>
      <section className="list" aria-label={words.devices.title}>
        <header className="bar">
          <h1>{words.devices.title}</h1>
          <Search user={user} />
        </header>
        <p className="soft under-title">{user === '' ? words.devices.all : words.devices.of(user)}</p>
        <List found={found} user={user} chosen={id} />
      </section>
      {chosen !== undefined && (
        <section className="beside" ref={beside} tabIndex={-1} aria-label={chosen.name}>
          <a className="back" href={hrefTo('devices', list)}>
            {words.back}
          </a>
          <DeviceDetail
            key={chosen.id}
            device={chosen}
            onRevoked={found.replace}
            onWiped={() => found.reload()}
          />
        </section>
      )}
    </div>
  )
}
