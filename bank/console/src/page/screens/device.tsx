/** One device: all that is known of it, and the two ways to end it. */
import { type ReactNode, useState } from 'react'
import type { Device } from '../api/shapes.ts'
import { Confirm } from '../parts/dialog.tsx'
import { Facts } from '../parts/facts.tsx'
import { dateTime } from '../parts/format.ts'
import { useNow } from '../state/now.ts'
import { hrefTo } from '../state/route.ts'
import { useDesk, useLive } from '../state/session.tsx'
import { useTask } from '../state/task.ts'
import { words } from '../words.ts'
import { DeviceChip, lastSeen, stateOf } from './device-state.tsx'

type DeviceProps = {
  readonly device: Device
  readonly onRevoked: (device: Device) => void
  readonly onWiped: () => void
}

/** The dialog is open as long as this is there. */
function Ending({ device, onRevoked, onWiped }: DeviceProps): ReactNode {
  const [asking, setAsking] = useState<'revoke' | 'wipe' | null>(null)
  const { ask, say } = useDesk()
  const task = useTask()
  const { id, name, user } = device
  async function end(): Promise<void> {
    if (asking === 'revoke') {
      const answer = await ask<{ device: Device }>('POST', `/devices/${id}/revoke`)
      say(words.devices.revoked(name))
      onRevoked(answer.device)
    } else {
      const { wiped } = await ask<{ wiped: boolean }>('POST', `/devices/${id}/wipe`)
      say(wiped ? words.devices.wiped(name) : words.devices.wipedBefore(name))
      onWiped()
    }
    setAsking(null)
  }
  const { revokeAsk, revokeText, revokeYes, wipeAsk, wipeText, wipeYes } = words.devices
  const isRevoke = asking === 'revoke'
  return (
    <div className="actions start">
      <button type="button" className="danger" onClick={() => setAsking('revoke')}>
        {words.devices.revoke}
      </button>
      <button type="button" className="quiet" onClick={() => setAsking('wipe')}>
        {words.devices.wipe}
      </button>
      {asking !== null && (
        <Confirm
          title={(isRevoke ? revokeAsk : wipeAsk)(name, user)}
          text={isRevoke ? revokeText : wipeText}
          yes={(isRevoke ? revokeYes : wipeYes)(name)}
          busy={task.busy}
          problem={task.problem}
          onYes={() => void task.run(end)}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  )
}

export function DeviceDetail({ device, ...events }: DeviceProps): ReactNode {
  const now = useNow(10_000)
  const { audit } = useLive()
  const { text } = stateOf(device, now)
  const seenAt = lastSeen(audit ?? []).get(device.id)
  const { columns, id, key, notLately, notLatelyText } = words.devices
  const facts = [
    [columns.user, <a href={hrefTo('devices', { user: device.user })}>{device.user}</a>],
    [columns.platform, device.platform],
    [columns.state, <DeviceChip device={device} now={now} />],
    [columns.seen, seenAt === undefined ? <span title={notLatelyText}>{notLately}</span> : dateTime(seenAt)],
    [columns.bound, dateTime(device.created * 1000)],
    [id, <code>{device.id}</code>],
    [key, <code>{device.key}</code>],
  ] as const
  return (
    <article>
      <h2>
        <bdi>{device.name}</bdi>
      </h2>
      {text !== null && <p className="callout">{text}</p>}
      {device.suspended !== null && device.revoked === null && (
        <p className="soft">{words.devices.suspendedText}</p>
      )}
      <Facts rows={facts} />
      <p>
        <a href={hrefTo('audit', { device: device.id })}>{words.sections.audit}</a>
      </p>
      {device.revoked === null && <Ending device={device} {...events} />}
    </article>
  )
}
