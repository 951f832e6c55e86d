/** What a peer process is started with. */

import type { Listening } from '../listen.ts'
import type { Credential } from '../credential.ts'
import type { Phone } from '../signed.ts'
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

export interface GatewayInput {
  readonly configFile: string
  readonly devices: number
  readonly sessions: number
}

export interface AnswerInput {
  /** PEM; null for plain HTTP. */
  readonly tls: { readonly key: string; readonly cert: string } | null
}

/** What a gateway with phones in its store answers. */
export interface GatewayReady extends SignedReady {
  /** Where client certificates are asked for, if anywhere. */
  readonly mutualPort: number | null
}

/** What a process with phones in its store answers once it listens. */
export interface SignedReady extends Listening {
  readonly origin: string
  readonly signers: readonly Phone[]
}
