/** The row of an approved payment is made to speak of another one: its digest, its challenge, its evidence and its state, each in turn. */
import type { ApprovalRecord } from '@holdfast/server'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { type OwnBank, withBank } from '../own-bank.ts'
import { approved, ask, mule, newCustomer, orderOf, paymentOf, sendApproved } from '../payment.ts'
import type { Target } from '../target.ts'

async function rowOf({ store }: OwnBank, id: string): Promise<ApprovalRecord> {
  const row = await store.findApproval(id)
  if (row === null) throw new Error('there is no approval')
  return row
}

/** Rows under the name of what was approved (`yes`), or of what was only asked for (`wish`). */
function forgeries(yes: ApprovalRecord, wish: ApprovalRecord): Readonly<Record<string, ApprovalRecord>> {
  const { requestDigest, sealedContent } = wish
  const { state, acr, sealedEvidence, expiresAt } = yes
  return {
    digest: { ...yes, requestDigest },
    'digest and challenge': { ...yes, requestDigest, sealedContent },
    state: { ...wish, state },
    'state, as released': { ...wish, state: 'released' },
    evidence: { ...wish, state, acr, sealedEvidence, expiresAt },
    'evidence and challenge': {
      ...wish,
      state,
      acr,
      sealedEvidence,
      expiresAt,
      sealedContent: yes.sealedContent,
    },
  }
}

export const attack: Attack = {
  id: '73b-changed-in-database',
  title: 'Change an approved payment where it is written down',
  power: 'writes into the database, and has the session key',
  gain: 'any payment under the approval of a small one',
  requirement: 'X2',
  section: '9.7',
  expect: 'approval_refused',
  weaken: { file: 'server/approval-evidence.js', text: 'if (!holds)', instead: 'if (false)' },
  watchesBackend: true,
  run: (target: Target): Promise<Outcome> =>
    withBank(target, async (bank) => {
      const customer = await newCustomer(bank)
      const small = await approved(bank, customer, orderOf(paymentOf('1.00')))
      const order = orderOf(paymentOf('400.00', mule))
      const large = await ask(bank, customer, order)
      const [yes, wish] = [await rowOf(bank, small.id), await rowOf(bank, large.id)]
      for (const [what, row] of Object.entries(forgeries(yes, wish))) {
        await bank.rewrite(yes)
        await bank.rewrite(wish)
        await bank.rewrite(row)
        const answer = await sendApproved(bank, customer, { id: row.id, order })
        if (bank.executed.length > 0) return succeeded(`another ${what} was enough`)
        if (answer.code !== 'approval_refused') throw new Error(`${what}: ${answer.status} ${answer.text}`)
      }
      await bank.rewrite(yes)
      const honest = await sendApproved(bank, customer, small)
      if (honest.status !== 200) throw new Error(`what was approved is refused: ${honest.text}`)
      return repelled('approval_refused')
    }),
}
