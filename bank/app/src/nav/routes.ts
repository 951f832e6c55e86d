/** For screens that need not be told anything. */
type Nothing = Readonly<Record<string, never>>

/** Every place inside the unlocked app, and what it has to be told. A new screen begins with a line here. */
export type Routes = {
  home: Nothing
  account: { readonly account: string }
  payments: Nothing
  /** To a known payee, or to somebody new. */
  transfer: { readonly payee?: string; readonly from?: string }
  held: Nothing
  held_payment: { readonly approval: string }
  payees: Nothing
  standing_orders: Nothing
  cards: Nothing
  more: Nothing
  documents: Nothing
  security: Nothing
  devices: Nothing
  settings: Nothing
  change_passcode: Nothing
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
