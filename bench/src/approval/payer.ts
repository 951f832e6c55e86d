/** Who pays whom in these rows: customers of the ledger with two accounts each, so that no two of them meet in one. */

export interface Payer {
  /** As the gateway names him, and the ledger. */
  readonly user: string
  /** Ids of the account it leaves and of the one it comes to, and their IBANs. */
  readonly accounts: readonly [from: string, to: string]
  readonly ibans: readonly [from: string, to: string]
}

/** How many phones pay at the same time. */
export const phones = 16

/** Each phone pays from an account of its user's own; or all are one user's, and what they pay queues at his lock. */
export type Whose = 'many' | 'one'
export interface Payers {
  readonly many: readonly Payer[]
  readonly one: Payer
}

/** Bank code of the ledger's own accounts (bank/api/src/iban.ts). */
const bankCode = '90010010'
/** Far from the numbers of the customers it begins with. */
const firstNumber = 2_000_000_000

export const payers: Payers = {
  many: Array.from({ length: phones }, (_, number) => payerOf(number)),
  one: payerOf(phones),
}

export function payerOf(number: number): Payer {
  const ibanOf = (account: number): string => iban(firstNumber + 2 * number + account)
  return {
    user: `user-${number}`,
    accounts: [`from-${number}`, `to-${number}`],
    ibans: [ibanOf(0), ibanOf(1)],
  }
}

/** ISO 13616; D and E of the country are 13 and 14. */
function iban(account: number): string {
  const bban = bankCode + String(account).padStart(10, '0')
  const digits = 98n - (BigInt(`${bban}131400`) % 97n)
  return `DE${String(digits).padStart(2, '0')}${bban}`
}

/** Without the account it leaves. */
export function paymentOf({ ibans }: Payer): Readonly<Record<string, unknown>> {
  return {
    amount: { currency: 'EUR', value: '1.00' },
    name: 'Jonas Keller',
    iban: ibans[1],
    reference: 'Dinner on Friday',
  }
}

/** JSON of one transfer. */
export function transferOf(payer: Payer): string {
  return JSON.stringify({ from: payer.accounts[0], ...paymentOf(payer) })
}
