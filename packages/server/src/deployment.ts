/** What one service is made of. Time, randomness, stores and senders enter here and nowhere else. */
import type { RouteRule, SealingSuite } from '@holdfast/core'
import type { ApprovalForm } from './approval-form.ts'
import type { KeyRing } from './keys.ts'
import type { Outbox } from './outbox.ts'
import type { Policy } from './policy.ts'
import type { DurableStore, ShortLivedStore } from './store.ts'
import type { TransferPolicy } from './transfer-rules.ts'

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds that never go back. */
  monotonic(): number
}

/** A rule as the service has it: clients learn all of it but the form. */
export type ServerRule = RouteRule & {
  /** Requests to this route are carried out when their user has approved them (docs/protocol.md 9). */
  readonly approve?: ApprovalForm
}

export type Deployment = {
  /** The public origin clients talk to, e.g. `https://api.bank.example`: never taken from a request. */
  readonly origin: string
  readonly store: DurableStore
  readonly shortLived: ShortLivedStore
  readonly keys: KeyRing
  readonly policy: Policy
  readonly routes: readonly ServerRule[]
  /** Rules about where money goes, for routes whose form names a transfer; absent: there are none. */
  readonly transfers?: TransferPolicy
  readonly outbox: Outbox
  readonly clock: Clock
  /** Suites sealed requests may use, best first; absent when none are taken (docs/protocol.md 8). */
  readonly sealing?: { readonly suites: readonly SealingSuite[] }
  /**
   * Pins of every TLS key clients may be shown at `origin` and at `mutual`, two at least, one of them kept in reserve; absent when
   * clients pin none (docs/protocol.md 2.4).
   */
  readonly pins?: readonly string[]
  /** Where connections with a client certificate are taken, `https://host[:port]`; absent when nowhere (docs/protocol.md 10). */
  readonly mutual?: { readonly origin: string }
  /**
   * Pages that may call this service from a browser: their origins, and the relying party id of their passkeys (WebAuthn section 4),
   * which is the host of each or a domain above it. Absent: no browser at another origin may, and no passkey is taken.
   */
  readonly web?: { readonly origins: readonly string[]; readonly rpId: string }
  /** Remembers outside the store how many wipes it has seen, so that a store put back from a backup is noticed; absent: it is not. */
  readonly wipeMemory?: WipeMemory
}

/** A number kept apart from the store and its backups, e.g. in a file beside the keys. */
export interface WipeMemory {
  /** Null when nothing was ever kept. */
  read(): Promise<number | null>
  /** Never lowers what is kept: several nodes may write at the same time. */
  write(count: number): Promise<void>
}
