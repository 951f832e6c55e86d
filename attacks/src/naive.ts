/** What the attacks of the catalogue do to a bank without its defences: each succeeds, or the example is none. */
import { type NaiveAnswer, type NaiveBank, openNaiveBank, people } from './naive-bank.ts'

export type NaiveAttack = {
  readonly id: string
  /** What the bank does wrong. */
  readonly mistake: string
  /** The attack of the catalogue that is the same against the product. */
  readonly repelledAs: string
  /** What was gained, in one line; false: nothing. */
  readonly run: (bank: NaiveBank) => Promise<string | false>
}
export type NaiveResult = {
  readonly attack: NaiveAttack
  readonly outcome: 'succeeded' | 'failed'
  readonly detail: string
}

/** A customer who logged in, and approved a payment of 10 to a friend. */
async function approvedBy(
  bank: NaiveBank,
  user: keyof typeof people,
): Promise<{ token: string; approval: number }> {
  const { body } = await bank.call('POST', '/login', { user, password: people[user] })
  const token = String(body['token'])
  const asked = await bank.call('POST', '/approvals', { text: 'Pay 10 to account 2' }, token)
  const approval = Number(asked.body['approval'])
  await bank.call('POST', `/approvals/${approval}`, {}, token)
  return { token, approval }
}

type Transfer = {
  readonly from?: number
  readonly to?: number
  readonly amount: number
  readonly approval: number
}

function pay(bank: NaiveBank, transfer: Transfer, token?: string): Promise<NaiveAnswer> {
  return bank.call('POST', '/transfers', { from: 1, to: 2, ...transfer }, token)
}

/** By how much less account 1 has than it had. */
const lost = (bank: NaiveBank): number => 3000 - bank.balance(1)

export const naiveAttacks: readonly NaiveAttack[] = [
  {
    id: 'n1-rebound-by-password',
    mistake: 'binds another phone to whoever knows the password',
    repelledAs: '70b-phished-passcode',
    async run(bank) {
      const { token } = await approvedBy(bank, 'maria')
      await bank.call('POST', '/devices', { user: 'maria', password: people.maria, device: 'thief' })
      const { body } = await bank.call('GET', '/devices', undefined, token)
      return body['device'] === 'thief' && 'the thief’s phone is Maria’s'
    },
  },
  {
    id: 'n2-stolen-token',
    mistake: 'takes a token for its owner, and counts tokens up',
    repelledAs: '32-stolen-token',
    async run(bank) {
      const { token, approval } = await approvedBy(bank, 'maria')
      await pay(bank, { amount: 10, approval }, token)
      const { status } = await pay(bank, { amount: 10, approval }, 'session-1')
      return status === 200 && 'a guessed token paid'
    },
  },
  {
    id: 'n3-sent-again',
    mistake: 'carries out what it gets, as often as it gets it',
    repelledAs: '75a-hundred-at-once',
    async run(bank) {
      const { token, approval } = await approvedBy(bank, 'maria')
      for (let i = 0; i < 5; i++) await pay(bank, { amount: 10, approval }, token)
      return lost(bank) > 10 && `one approval of 10 paid ${lost(bank)}`
    },
  },
  {
    id: 'n4-changed-after-approval',
    mistake: 'writes down that something was approved, and not what',
    repelledAs: '73a-changed-by-sender',
    async run(bank) {
      const { token, approval } = await approvedBy(bank, 'maria')
      await pay(bank, { amount: 900, approval }, token)
      return lost(bank) === 900 && 'the approval of 10 paid 900'
    },
  },
  {
    id: 'n5-approved-by-another',
    mistake: 'does not ask who approved',
    repelledAs: '76-approve-as-another',
    async run(bank) {
      const { token, approval } = await approvedBy(bank, 'jonas')
      await pay(bank, { from: 1, to: 2, amount: 500, approval }, token)
      return lost(bank) === 500 && 'Jonas approved a payment from Maria’s account'
    },
  },
  {
    id: 'n6-shown-as-sent',
    mistake: 'shows the text the sender wrote',
    repelledAs: '74a-deceptive-text',
    async run(bank) {
      const text = 'Pay 10 to \u202eanabil\u202c'
      const { body } = await bank.call('POST', '/approvals', { text })
      return body['text'] === text && 'the letters run backwards on the screen'
    },
  },
  {
    id: 'n7-less-than-nothing',
    mistake: 'takes any number for an amount',
    repelledAs: '79-odd-amounts',
    async run(bank) {
      const { token, approval } = await approvedBy(bank, 'maria')
      await pay(bank, { amount: -900, approval }, token)
      return bank.balance(1) > 3000 && `Maria was paid ${-lost(bank)} by paying`
    },
  },
  {
    id: 'n8-limit-at-once',
    mistake: 'looks at a limit before it counts',
    repelledAs: '77a-limit-at-once',
    async run(bank) {
      const { token, approval } = await approvedBy(bank, 'maria')
      await Promise.all(Array.from({ length: 5 }, () => pay(bank, { amount: 500, approval }, token)))
      return lost(bank) > 1000 && `${lost(bank)} went out under a limit of 1000`
    },
  },
  {
    id: 'n9-released-by-one',
    mistake: 'counts words, not people, and asks for nobody’s name',
    repelledAs: '78a-two-words-of-one',
    async run(bank) {
      const { token, approval } = await approvedBy(bank, 'maria')
      const { body } = await pay(bank, { amount: 6000, approval }, token)
      for (let i = 0; i < 2; i++) await bank.call('POST', `/holds/${Number(body['hold'])}/release`, {}, token)
      return lost(bank) === 6000 && 'the payer released it himself'
    },
  },
  {
    id: 'n10-any-account',
    mistake: 'counts accounts up, and asks for no owner',
    repelledAs: '88e-foreign-accounts',
    async run(bank) {
      const { token } = await approvedBy(bank, 'jonas')
      const { body } = await bank.call('GET', '/accounts/1', undefined, token)
      return body['owner'] === 'maria' && 'Jonas reads Maria’s balance'
    },
  },
  {
    id: 'n11-told-to-the-log',
    mistake: 'logs what it gets',
    repelledAs: '89d-whole-day',
    async run(bank) {
      await approvedBy(bank, 'maria')
      return bank.log().includes(people.maria) && 'the password stands in the log'
    },
  },
]

/** Each against a bank of its own. */
export async function attackNaiveBank(attacks: readonly NaiveAttack[]): Promise<NaiveResult[]> {
  const results: NaiveResult[] = []
  for (const attack of attacks) {
    const bank = await openNaiveBank()
    try {
      const gained = await attack.run(bank)
      results.push({
        attack,
        outcome: gained === false ? 'failed' : 'succeeded',
        detail: gained === false ? 'nothing was gained' : gained,
      })
    } finally {
      bank.close()
    }
  }
  return results
}
