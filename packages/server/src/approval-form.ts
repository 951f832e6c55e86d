/** What a route may be asked for, field by field, and how it is shown (docs/protocol.md 9.1). A bank writes it; nothing else gets through. */
import type { Acr, ApprovalLine } from '@holdfast/core'

type Field = {
  readonly name: string
  /** For people; in the language of the service. */
  readonly label: string
  /** Declared, and told nobody: for ids that mean nothing to a user. Never for money, names or accounts. */
  readonly unshown?: true
  readonly optional?: true
}

export type ApprovalField = Field &
  (
    | { readonly type: 'money'; readonly currencies: readonly string[] }
    /** Of a person or firm: one script, nothing invisible. */
    | { readonly type: 'name' }
    /** ISO 13616, checksum included. */
    | { readonly type: 'iban' }
    /** Free text of at most `most` characters. */
    | { readonly type: 'text'; readonly most: number }
    /** `[A-Za-z0-9_-]{1,128}` */
    | { readonly type: 'id' }
    | { readonly type: 'date' }
    | { readonly type: 'choice'; readonly choices: Readonly<Record<string, string>> }
  )

/** Several at once: each of them is shown, and their number and total before them. */
export type ApprovalRows = Field & {
  readonly type: 'rows'
  readonly most: number
  readonly fields: readonly ApprovalField[]
  /** The money field that is added up. */
  readonly total: string
}

export type ApprovalForm = {
  readonly title: string
  /** The least evidence. */
  readonly acr: Exclude<Acr, 'device'>
  readonly fields: ReadonlyArray<ApprovalField | ApprovalRows>
  /** Where the money is, for the policy of transfers: names of fields, in `rows` where that is given. */
  readonly transfer?: {
    readonly rows?: string
    readonly amount: string
    readonly payee: string
  }
}

/** One payment as the policy of transfers sees it. */
export type Payment = { readonly account: string; readonly currency: string; readonly amountMinor: bigint }

/** A body that was read: only {@link readForm} makes one. */
export type FilledForm = {
  /** What the backend gets, and what was digested: canonical JSON. */
  readonly body: Uint8Array
  readonly title: string
  readonly lines: readonly ApprovalLine[]
  readonly payments: readonly Payment[]
}

/** Refuses with TypeError a form that could hide or confuse something. */
export function checkForm(_form: ApprovalForm): void {
  throw new TypeError('not written')
}

/** Throws `approval_body_refused`. */
export function readForm(_form: ApprovalForm, _body: Uint8Array): FilledForm {
  throw new TypeError('not written')
}
