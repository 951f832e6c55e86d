import type { Order } from '../bank/bank.ts'
import type { BankDocument, PayeeCheck, Transfer } from '../bank/shapes.ts'

/** Who is paid. `match`: what was said of the name, where it was typed just now. */
export type Recipient = {
  readonly name: string
  readonly iban: string
  readonly match?: PayeeCheck['match']
}
/** What the steps of a payment lead to. */
export type Purpose = 'transfer' | 'standing_order'

/** For screens that need not be told anything. */
type Nothing = Readonly<Record<string, never>>

/** Every place inside the unlocked app, and what it has to be told. A new screen begins with a line here. */
export type Routes = {
  home: Nothing
  account: { readonly account: string }
  payments: Nothing
  /** The steps of a payment: to whom, to whom that is new, how much, a last look. */
  transfer: { readonly from?: string; readonly purpose?: Purpose }
  transfer_payee: { readonly from?: string; readonly purpose: Purpose }
  transfer_amount: { readonly to: Recipient; readonly from?: string; readonly purpose: Purpose }
  transfer_review: { readonly to: Recipient; readonly order: Order }
  transfer_done: { readonly transfer: Transfer; readonly isNew: boolean }
  /** One whose outcome is not known yet, by its key. */
  transfer_unfinished: { readonly payment: string }
  held: Nothing
  held_payment: { readonly approval: string }
  payees: Nothing
  payee_new: Nothing
  /** `added`: the one that was just set up. */
  standing_orders: { readonly added?: string }
  standing_order_review: { readonly to: Recipient; readonly order: Order }
  cards: Nothing
  more: Nothing
  documents: Nothing
  document: { readonly document: BankDocument }
  security: Nothing
  devices: Nothing
  settings: Nothing
  change_passcode: Nothing
  about: Nothing
}
export type RouteName = keyof Routes

/** The tabs, and the screen each begins with. */
export const tabs = ['home', 'payments', 'cards', 'more'] as const satisfies RouteName[]
export type Tab = (typeof tabs)[number]

export type Route<Name extends RouteName = RouteName> = {
  readonly name: Name
  readonly params: Routes[Name]
  /** Of this entry of the stack. */
  readonly key: number
}
