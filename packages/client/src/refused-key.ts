/** Remembers servers that were refused for their TLS key until the service can be told (docs/protocol.md 2.5). */
import { HoldfastError, type KeyReport, keyReportSchema, maxReports } from '@holdfast/core'
import * as v from 'valibot'
import type { State } from './state.ts'

const causeSchema = v.object({ host: v.string(), key: v.string() })

/**
 * Writes down what the network says of a server it refused, the newest few. Never rejects: the refusal itself is what the app
 * has to hear. `nowMs` is the device's own clock.
 */
export async function noteRefusedKey(state: State, error: unknown, nowMs: number): Promise<void> {
  if (!(error instanceof HoldfastError) || error.code !== 'server_key_refused') return
  const seen = v.safeParse(causeSchema, error.cause)
  if (!seen.success) return
  const { host, key } = seen.output
  const report = v.safeParse(keyReportSchema, { host, key, at: Math.max(0, Math.floor(nowMs / 1000)) })
  if (!report.success) return
  await keep(state, report.output).catch(() => undefined)
}

/** One for each pair of host and key: an attacker who stays in the line does not push out another one's traces. */
async function keep(state: State, report: KeyReport): Promise<void> {
  const others = (await state.reports()).filter(({ host, key }) => host !== report.host || key !== report.key)
  await state.saveReports([...others, report].slice(-maxReports))
}
