/** Whether the rules about where money goes can be carried out (docs/protocol.md 9.5), and what they say where nothing is written. */
import { createTransferRules, type TransferPolicy } from '@holdfast/server'
import type { Report } from './rules.ts'
import type { WrittenConfig } from './schema.ts'
import type { WrittenTransfers } from './transfers-form.ts'

/** What was written over the defaults: habits of 90 days, two operators, three days for them and one for the user. */
export function transfersOf(written: WrittenTransfers): TransferPolicy {
  return { habitDays: 90, releases: 2, holdSeconds: 259_200, releasedSeconds: 86_400, ...written }
}

export function checkTransfers({ transfers }: WrittenConfig, report: Report): void {
  if (transfers === undefined) return
  try {
    createTransferRules(transfersOf(transfers))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    report(['transfers'], error.message)
  }
}
