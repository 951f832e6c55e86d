/** What operators said is written down. So somebody writes it down himself: words of his own, and words that were said about another hold. */
import type { HoldDecision } from '@holdfast/server'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { type OwnBank, withBank } from '../own-bank.ts'
import { held, mule, newCustomer, orderOf, paymentOf, sendApproved } from '../payment.ts'
import type { Target } from '../target.ts'

const operators = ['anna', 'bea']

/** Words in rows of the hold, and its state as two good ones would make it. */
async function write(
  { store, now, addWord, rewrite }: OwnBank,
  id: string,
  words: readonly HoldDecision[],
): Promise<void> {
  for (const word of words) await addWord(id, word)
  const row = await store.findApproval(id)
  if (row === null) throw new Error('there is no hold')
  await rewrite({ ...row, state: 'released', expiresAt: now() + 60_000 })
}

export const attack: Attack = {
  id: '78d-words-in-the-database',
  title: 'Write the release of a hold into the database',
  power: 'writes into the database, and has the phone and its user’s finger',
  gain: 'what is held is carried out, and nobody was asked',
  requirement: 'K10',
  section: '9.5',
  expect: 'approval_held',
  weaken: {
    file: 'server/approval-release.js',
    text: 'note: fromUtf8(keys.open(contextOf(held, word), word.note))',
    instead: 'note: word.note',
  },
  watchesBackend: true,
  run: (target: Target): Promise<Outcome> =>
    withBank(target, async (bank) => {
      const customer = await newCustomer(bank)
      const released = await held(bank, customer, orderOf(paymentOf('501.00', mule)))
      await bank.release(released, operators.length)
      const said = await bank.store.listHoldDecisions([released.id])
      const own = operators.map((operator): HoldDecision => {
        return { operator, decision: 'release', note: 'called the customer', at: bank.now() }
      })
      const waiting = await held(bank, customer, orderOf(paymentOf('600.00', mule)))
      for (const words of [own, said, []]) {
        await write(bank, waiting.id, words)
        const answer = await sendApproved(bank, customer, waiting)
        if (bank.executed.length > 0) return succeeded(`${words.length} words nobody said released it`)
        if (answer.code !== 'approval_held') throw new Error(`${answer.status} ${answer.text}`)
      }
      return repelled('approval_held')
    }),
}
