/** Whether there is anything about the security of this account that its user should look at. */
import type { Device } from '@holdfast/client'
import { type Notices, readNotices } from './notices.ts'
import { useOpen } from './use-app.tsx'
import { type Loaded, useLoad } from './use-load.ts'

export type Protection = {
  readonly devices: Loaded<Device[]>
  readonly notices: Loaded<Notices>
  /** Other devices nobody trusts until their user has proved who he is. */
  readonly paused: readonly Device[]
  /** How many things wait for its user; 0 while that is not known yet. */
  readonly count: number
  /** The bank did not answer, so there may be news. */
  readonly unsure: boolean
}

export const inUse = ({ revoked }: Device): boolean => revoked === null

export function useProtection(): Protection {
  const { session } = useOpen()
  const devices = useLoad('devices', () => session.devices())
  const notices = useLoad('notices', () => readNotices(session))
  const paused = (devices.value ?? []).filter((device) => inUse(device) && device.suspended)
  const count = paused.length + (notices.value?.questions.length ?? 0)
  return { devices, notices, paused, count, unsure: devices.error !== null || notices.error !== null }
}
