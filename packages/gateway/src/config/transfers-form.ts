/** The rules about where money goes, as holdfast.yaml writes them (docs/operate.md 3). */
import type { TransferPolicy, TransferRule } from '@holdfast/server'
import * as v from 'valibot'
import { positive } from './policy.ts'

export type WrittenTransfers = Pick<TransferPolicy, 'currency' | 'rules'> & Partial<TransferPolicy>

const text = v.pipe(v.string(), v.nonEmpty('expected some text'), v.maxLength(1000, 'expected less text'))
const rule = { name: text, verdict: v.picklist(['ask', 'hold', 'refuse']) }
const above = v.exactOptional(text)

const rules: v.GenericSchema<unknown, TransferRule> = v.variant('kind', [
  v.strictObject({
    ...rule,
    kind: v.literal('limit'),
    of: v.picklist(['user', 'device', 'payee']),
    perSeconds: v.exactOptional(positive),
    sum: v.exactOptional(text),
    count: v.exactOptional(positive),
    deviceYoungerThanSeconds: v.exactOptional(positive),
    platforms: v.exactOptional(v.array(text)),
    payeeNewerThanSeconds: v.exactOptional(positive),
  }),
  v.strictObject({ ...rule, kind: v.literal('payee'), newerThanSeconds: positive, above }),
  v.strictObject({ ...rule, kind: v.literal('habit'), times: positive, least: positive, above }),
  v.strictObject({ ...rule, kind: v.literal('place'), newerThanSeconds: v.exactOptional(positive), above }),
  v.strictObject({ ...rule, kind: v.literal('device'), youngerThanSeconds: positive, above }),
  v.strictObject({ ...rule, kind: v.literal('suspicion'), failures: positive, above }),
  v.strictObject({ ...rule, kind: v.literal('expression'), when: text }),
])

export const transfersSchema: v.GenericSchema<unknown, WrittenTransfers> = v.strictObject({
  currency: text,
  rules: v.array(rules),
  habitDays: v.exactOptional(positive),
  releases: v.exactOptional(positive),
  holdSeconds: v.exactOptional(positive),
  releasedSeconds: v.exactOptional(positive),
})
