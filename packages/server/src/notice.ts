/** What the service noticed about a user's devices and factors, for all his devices to show (docs/protocol.md 14). */
import type { Deployment } from './deployment.ts'
import type { VerifiedRequest } from './request.ts'

/** One event as its user sees it. `at` in seconds since 1970; `kind` is an audit action; `device` the name of the one it is about. */
export type ListedNotice = { id: number; at: number; kind: string; device: string }

export interface Notices {
  /** Newest first: of the last 90 days, {@link noticeLimit} at most. */
  list(verified: VerifiedRequest): Promise<{ notices: ListedNotice[] }>
}

const noticeLimit = 50
const noticeMs = 90 * 86_400_000

export function createNotices({ store, clock }: Deployment): Notices {
  return {
    async list({ device }: VerifiedRequest): Promise<{ notices: ListedNotice[] }> {
      const notices = await store.listNotices({
        user: device.user,
        since: clock.now() - noticeMs,
        limit: noticeLimit,
      })
      const listed = notices.map(({ id, at, kind, device: name }) => {
        return { id, at: Math.floor(at / 1000), kind, device: name }
      })
      return { notices: listed }
    },
  }
}
