/** What a peer process is started with. */

import type { Credential } from '../proof.ts'
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
