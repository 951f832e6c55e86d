/** Nothing is sealed on this route: somebody on the way writes other lines into what the user is asked to approve. */
import type { ApprovalDemand } from '@holdfast/core'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { withBank } from '../own-bank.ts'
import { friend, mule, paymentOf } from '../payment.ts'
import { openPayer } from '../taken-node.ts'
import type { Target } from '../target.ts'

type Lines = ApprovalDemand['lines']

const lies: Readonly<Record<string, (lines: Lines) => Partial<ApprovalDemand> & { lines: Lines }>> = {
  value: (lines) => ({
    lines: lines.map((line) => (line.name === 'name' ? { ...line, value: friend.name } : line)),
  }),
  label: (lines) => ({
    lines: lines.map((line) => (line.name === 'amount' ? { ...line, label: 'Refund' } : line)),
  }),
  'line left out': (lines) => ({ lines: lines.filter(({ name }) => name !== 'iban') }),
  'line put in': (lines) => ({ lines: [...lines, { name: 'note', label: 'Note', value: 'for a test' }] }),
  order: (lines) => ({ lines: lines.toReversed() }),
  title: (lines) => ({ lines, title: 'Confirm your address' }),
}

export const attack: Attack = {
  id: '74c-altered-lines',
  title: 'Change what is shown on its way to the phone',
  power: 'ends TLS between phone and service; then, a node it took over signs for it, too',
  gain: 'a yes to a payment the user takes for another one',
  requirement: 'X2',
  section: '9.2',
  expect: 'answer_refused',
  weaken: {
    file: 'client/approval-challenge.js',
    text: 'shown: await shownDigest(demand, crypto),',
    instead: 'shown: claims.shown,',
  },
  watchesBackend: true,
  run: (target: Target): Promise<Outcome> =>
    withBank(target, async (bank) => {
      const expected = { proxy: 'unverified_refusal', node: 'answer_refused' } as const
      const { pay } = await openPayer(target, bank)
      for (const by of ['proxy', 'node'] as const)
        for (const [what, lie] of Object.entries(lies)) {
          const payment = paymentOf('25.00', mule)
          const { shown, code } = await pay(payment, by, async (demand) => {
            return { ...demand, ...lie(demand.lines) }
          })
          if (shown.length > 0) return succeeded(`shown, with another ${what}: ${shown[0]}`)
          if (code !== expected[by]) throw new Error(`another ${what} by the ${by}: the client said ${code}`)
        }
      return repelled('answer_refused')
    }),
}
