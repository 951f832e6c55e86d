/** The user pays a friend. What he is asked to approve looks just like that, and is the challenge of another payment. */
import { bodyDigest } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { withBank } from '../own-bank.ts'
import { mule, paymentOf } from '../payment.ts'
import { claimsOf, openPayer, signedChallenge } from '../taken-node.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '71c-look-alike-challenge',
  title: 'Have one payment approved as if it were another',
  power: 'took over a node: signs refusals and challenges with the service’s own token key',
  gain: 'evidence by the user’s key for a payment he never saw',
  requirement: 'X2',
  section: '9.2',
  expect: 'answer_refused',
  weaken: {
    file: 'client/approval-challenge.js',
    text: 'body: await bodyDigest(textOf(draft.body), crypto),',
    instead: 'body: claims.body,',
  },
  watchesBackend: true,
  run: (target: Target): Promise<Outcome> =>
    withBank(target, async (bank) => {
      const body = await bodyDigest(JSON.stringify(paymentOf('900.00', mule)), nodeCrypto)
      const others = {
        payment: { body },
        address: { uri: `${bank.origin}/slow/pay` },
        method: { method: 'PUT' },
        user: { sub: 'somebody else' },
        device: { device_key: 'A'.repeat(43) },
        service: { iss: 'https://other.example' },
      }
      const { pay } = await openPayer(target, bank)
      for (const [what, change] of Object.entries(others)) {
        const { shown, code } = await pay(paymentOf('25.00'), 'node', async (demand) => {
          return { ...demand, challenge: await signedChallenge(bank, { ...claimsOf(demand), ...change }) }
        })
        if (shown.length > 0) return succeeded(`the challenge of another ${what} was shown and signed`)
        if (code !== 'answer_refused') throw new Error(`another ${what}: the client said ${code}`)
      }
      return repelled('answer_refused')
    }),
}
