/** What devices tell of servers they refused for their TLS key (docs/protocol.md 2.5): written down for operators to look into. */
import { HoldfastError, type KeyReport, parseReports } from '@holdfast/core'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import { limitReports } from './rate.ts'
import type { VerifiedRequest } from './request.ts'

export interface Reports {
  /** Rejects with `bad_request` for a report that is not about this service, with `rate_limited` when a device tells too many. */
  take(verified: VerifiedRequest, body: unknown): Promise<void>
}

export function createReports(deployment: Deployment): Reports {
  const { store, clock, origin, mutual } = deployment
  const hosts = new Set([origin, mutual?.origin ?? origin].map((url) => new URL(url).host))

  async function write(verified: VerifiedRequest, { host, key, at: seen }: KeyReport): Promise<void> {
    const { id, user } = verified.device
    const facts = { at: clock.now(), actor: id, user, device: id, detail: { host, key, seen } }
    await store.appendAudit(auditEntry('tls_key.refused', facts))
  }

  return {
    async take(verified: VerifiedRequest, body: unknown): Promise<void> {
      const reports = parseReports(body)
      // Audit entries hold no text a stranger chose: the hosts are ours, and a key is the digest of one.
      if (!reports.every(({ host }) => hosts.has(host))) throw new HoldfastError('bad_request')
      await limitReports(verified.device.id, deployment)
      for (const report of reports) await write(verified, report)
    },
  }
}
