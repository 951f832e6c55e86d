/** What reading and judging a payment take by themselves: no database, no signature. */

import { createTransferRules, readForm } from '@holdfast/server'
import type { ApprovalForm } from '@holdfast/server'
import { payerOf, paymentOf, transferOf } from './payer.ts'
import { batchForm, transferForm, transferPolicy } from './settings.ts'

type Rules = ReturnType<typeof createTransferRules>

const payer = payerOf(1)
const payments = 40

function reading(form: ApprovalForm, text: string, expected: number): () => unknown {
  const body = Buffer.from(text)
  if (readForm(form, body).payments.length !== expected) throw new Error('the payments were not read')
  return () => readForm(form, body)
}

export function readTransfer(): () => unknown {
  return reading(transferForm, transferOf(payer), 1)
}

export function readBatch(): () => unknown {
  const rows = Array.from({ length: payments }, () => paymentOf(payer))
  return reading(batchForm, JSON.stringify({ payments: rows, from: payer.accounts[0] }), payments)
}

/** A user who has paid this payee from here before: every rule is asked, and all allow it. */
export function judgeTransfer(): () => unknown {
  const rules: Rules = createTransferRules(transferPolicy)
  const now = Date.now()
  const before = now - 30 * 86_400_000
  const facts: Parameters<Rules['judge']>[0] = {
    now,
    payments: [{ account: payer.ibans[1], currency: 'EUR', amountMinor: 100n }],
    device: {
      id: 'device-1',
      user: payer.user,
      keyThumbprint: '',
      publicKey: { kty: 'EC', crv: 'P-256', x: '', y: '' },
      name: 'bench phone',
      platform: 'testing',
      enrolmentId: '',
      createdAt: before,
      revokedAt: null,
      suspendedFor: null,
      binding: '',
    },
    habits: [{ payeeSince: before, networkSince: before, count: 20, largestMinor: 50_000n }],
    failures: 0,
  }
  if (rules.judge(facts, []).verdict !== 'allow') throw new Error('the rules object')
  return () => rules.judge(facts, [])
}
