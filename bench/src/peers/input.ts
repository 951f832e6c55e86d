/** What a peer process is started with. */

import type { Listening } from '../listen.ts'
import type { Credential } from '../proof.ts'
import type { Signer } from '../signed.ts'
import type { CallName } from '../target.ts'

export interface ServerInput {
  readonly backendPort: number
  readonly credential: Credential
}

export interface CallInput {
  readonly call: CallName
  readonly credential: Credential
}

/** One round of calls. */
export interface CallOrder {
  readonly durationMs: number
}

export interface LibraryInput {
  readonly backendPort: number
  /** Devices in the store, and how many of them sign. */
  readonly devices: number
  readonly sessions: number
}

/** What the library process answers once it listens. */
export interface LibraryReady extends Listening {
  readonly origin: string
  readonly signers: readonly Signer[]
}
