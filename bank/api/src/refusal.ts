/** Every way the bank says no, in one table. A code is stable: apps switch on it. Nothing here quotes what was sent. */

export type RefusalCode =
  | 'identity_refused'
  | 'no_customer'
  | 'not_found'
  | 'method_not_allowed'
  | 'bad_request'
  | 'bad_query'
  | 'too_large'
  | 'not_json'
  | 'idempotency_key_missing'
  | 'idempotency_key_reused'
  | 'reply_key_missing'
  | 'amount_refused'
  | 'iban_refused'
  | 'text_refused'
  | 'currency_refused'
  | 'unknown_account'
  | 'same_account'
  | 'first_day_refused'
  | 'insufficient_funds'
  | 'payee_exists'
  | 'recipient_refused'
  | 'approval_refused'
  | 'unavailable'
  | 'internal_error'

type Row = { readonly status: number; readonly title: string; readonly detail: string }

export const refusals: Readonly<Record<RefusalCode, Row>> = {
  identity_refused: {
    status: 403,
    title: 'The request does not come from the gateway',
    detail: 'Requests to the bank go through the gateway, which signs who is asking.',
  },
  no_customer: {
    status: 403,
    title: 'No customer of this bank',
    detail: 'The person who is signed in has no account here.',
  },
  not_found: { status: 404, title: 'Not found', detail: 'There is nothing here under this address.' },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    detail: 'The field Allow names the methods this address has.',
  },
  bad_request: {
    status: 400,
    title: 'The request is malformed',
    detail: 'The body does not have the form this address asks for.',
  },
  bad_query: {
    status: 400,
    title: 'The query is malformed',
    detail: 'A parameter is unknown, comes twice, or has another form.',
  },
  too_large: { status: 413, title: 'The body is too large', detail: 'Send fewer payments at once.' },
  not_json: {
    status: 415,
    title: 'The body is not JSON',
    detail: 'Send application/json in UTF-8.',
  },
  idempotency_key_missing: {
    status: 400,
    title: 'No Idempotency-Key',
    detail: 'Send a key of 16 to 128 characters, new for each order and the same when you repeat one.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key belongs to another order',
    detail: 'Take a new key for a new order.',
  },
  reply_key_missing: {
    status: 400,
    title: 'No Holdfast-Reply-Key',
    detail: 'A PIN is only told to the one-time key of a request.',
  },
  amount_refused: {
    status: 422,
    title: 'No amount that can be paid',
    detail: 'An amount is above zero and has exactly the decimals of its currency.',
  },
  iban_refused: {
    status: 422,
    title: 'No valid IBAN',
    detail: 'Its length or its check digits are wrong.',
  },
  text_refused: {
    status: 422,
    title: 'A text that cannot be printed',
    detail: 'Names have 1 to 70 characters, references at most 140, without control or invisible ones.',
  },
  currency_refused: {
    status: 422,
    title: 'Another currency',
    detail: 'A payment has the currency of the account it leaves.',
  },
  unknown_account: {
    status: 422,
    title: 'No such account at this bank',
    detail: 'The IBAN is one of this bank, but nobody has it.',
  },
  same_account: {
    status: 422,
    title: 'From an account to itself',
    detail: 'Name another account to pay to.',
  },
  first_day_refused: {
    status: 422,
    title: 'No day to begin on',
    detail: 'A standing order begins today or later, within two years.',
  },
  insufficient_funds: {
    status: 409,
    title: 'Not enough money',
    detail: 'The account does not hold this much, its overdraft included.',
  },
  payee_exists: {
    status: 409,
    title: 'Already a payee',
    detail: 'You have a payee with this IBAN.',
  },
  recipient_refused: {
    status: 422,
    title: 'No age recipient',
    detail: 'Name the age1… recipient the document is to be encrypted to.',
  },
  approval_refused: {
    status: 403,
    title: 'Not approved',
    detail: 'There is no evidence that the customer approved this very request.',
  },
  unavailable: {
    status: 503,
    title: 'The books cannot be reached',
    detail: 'Send the same request again in a moment, under the same Idempotency-Key.',
  },
  internal_error: {
    status: 500,
    title: 'Something failed inside the bank',
    detail: 'Send the same request again in a moment, under the same Idempotency-Key.',
  },
}

export function isRefusalCode(value: string): value is RefusalCode {
  return Object.hasOwn(refusals, value)
}

/** The bank says no. */
export class Refusal extends Error {
  readonly code: RefusalCode
  constructor(code: RefusalCode) {
    super(code)
    this.name = 'Refusal'
    this.code = code
  }
}
