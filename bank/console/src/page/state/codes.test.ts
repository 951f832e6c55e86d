import { expect, test } from 'vitest'
import type { AuditEntry } from '../api/shapes.ts'
import { progressOf } from './codes.ts'

const made = { code_id: 'C0DE', user: 'maria' }

/** Newest first, as the page keeps them. */
function audit(
  ...entries: ReadonlyArray<readonly [action: string, user: string, codeId?: string]>
): AuditEntry[] {
  return entries
    .map(([action, user, codeId], id) => ({
      id,
      atMs: id,
      action,
      actor: 'system',
      user,
      device: null,
      detail: codeId === undefined ? {} : { code_id: codeId },
    }))
    .toReversed()
}
const issued = ['activation.issued', 'maria', 'C0DE'] as const

test.each([
  ['an audit that has not come yet', audit(), 'made', null],
  ['nothing', audit(issued), 'made', null],
  ['a wrong proof', audit(issued, ['activation.refused', 'maria', 'C0DE']), 'made', 'proof'],
  ['the code used', audit(issued, ['enrolment.begun', 'maria']), 'used', null],
  [
    'a wrong text',
    audit(issued, ['enrolment.begun', 'maria'], ['enrolment.text_refused', 'maria']),
    'used',
    'text',
  ],
  ['a phone bound', audit(issued, ['enrolment.begun', 'maria'], ['device.bound', 'maria']), 'bound', null],
  ['another user’s phone', audit(issued, ['device.bound', 'jonas']), 'made', null],
  ['a phone bound before', audit(['device.bound', 'maria'], issued), 'made', null],
] as const)('after %s', (_, entries, step, slip) => {
  expect(progressOf(made, entries)).toEqual({ step, slip })
})
