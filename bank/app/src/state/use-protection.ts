/** Whether there is anything about the security of this account that its user should look at. */
import type { Device } from '@holdfast/client'
import { type Notices, readNotices } from './notices.ts'
import { useOpen } from './use-app.tsx'
import { type Loaded, useLoad } from './use-load.ts'

export type Protection = {
  readonly devices: Loaded<Device[]>
  readonly notices: Loaded<Notices>
  /** How many things wait for its user; 0 while that is not known yet. */
  readonly count: number
  /** The bank did not answer, so there may be news. */
  readonly unsure: boolean
}

export const isBound = ({ revoked }: Device): boolean => revoked === null

export function useProtection(): Protection {
  const { session } = useOpen()
  const devices = useLoad('devices', () => session.devices())
  const notices = useLoad('notices', () => readNotices(session))
  return {
    devices,
    notices,
    count: notices.value?.questions.length ?? 0,
    unsure: devices.error !== null || notices.error !== null,
  }
}
