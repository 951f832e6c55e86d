/** What attacks are run against: a deployment somewhere, or a gateway the suite starts for itself. */
import type { Operator } from './admin.ts'
import type { Backend } from './backend.ts'
import type { World } from './phone.ts'
import { type Address, type Answer, exchange, exchangeBytes, type RawRequest } from './raw.ts'
import type { DatabaseRow } from './shared-stores.ts'
import { randomText } from './signer.ts'

export type Target = World & {
  /** It changes when the service is started again. */
  readonly address: () => Address
  /** Below it the policy opens reading to everybody, and only reading. */
  readonly openPath: string
  /** Everything that arrives at the backend, when the suite can see it. */
  readonly backend: Backend | null
  /** A path of its own for one request, signed by any key: its last part is a marker to find it by. */
  readonly path: (kind: string) => string
  readonly send: (request: RawRequest) => Promise<Answer>
  readonly sendBytes: (bytes: Uint8Array) => Promise<Answer>
  /** To the second node of a cluster. */
  readonly sendElsewhere: (request: RawRequest) => Promise<Answer>
  /** To the listener for operators. */
  readonly sendAdmin: (request: RawRequest) => Promise<Answer>
  /** Its Host. */
  readonly adminHost: () => string
  /** By the operator. */
  readonly revoke: (device: string) => Promise<void>
  /** By the operator: the device's shares are deleted, and it is not removed. */
  readonly wipe: (device: string) => Promise<void>
  /** By the operator. */
  readonly rotate: (key: string) => Promise<void>
  /** What the operator can read of what was written down. */
  readonly audit: () => Promise<string>
  /** By the operator, of a request in a file. */
  readonly explain: (capture: Uint8Array) => Promise<Answer>
  /** Another operator, by the first one. */
  readonly addOperator: (name: string) => Promise<Operator>
  /** What an operator says about a hold; the first one unless another is named. */
  readonly decide: (hold: string, word: 'release' | 'refuse', by?: Operator) => Promise<Answer>
  /** Where connections to the service's origin go from now on: who holds the line chooses. Null: to the service again. */
  readonly divert: (to: Address | null) => void
  /** Where it takes connections with a client certificate. */
  readonly mutualAddress: () => Address
  /** SIGKILL and start again. The suite's own targets only. */
  readonly crash: () => Promise<void>
  /** End and start again with this changed in its configuration. */
  readonly restart: (changes: Readonly<Record<string, unknown>>) => Promise<void>
  /** Empties the nonce memory of a cluster. */
  readonly wipeNonces: () => Promise<void>
  /** Everything the service wrote where others may read it: log and metrics. */
  readonly publicWords: () => Promise<string>
  /** Everything it keeps on disk, as latin1 text. */
  readonly files: () => Promise<string>
  /** Every text it sent to anybody. */
  readonly outbox: () => Promise<string>
  /** Every row of its database, as text; of a cluster only. */
  readonly dump: () => Promise<string>
  /** In its database, by somebody who writes there; of a cluster only. */
  readonly query: (sql: string, ...values: readonly unknown[]) => Promise<readonly DatabaseRow[]>
  /** A built module of the product, or of the weakened copy that runs: `@holdfast/client/index.js`. */
  readonly load: (specifier: string) => Promise<Record<string, unknown>>
  /** A file that lies beside the packages, or the copy's: `bank/main.js`, `examples/node-accounts/approval.mjs`. */
  readonly neighbour: (path: string) => string
  readonly close: () => Promise<void>
}

/** The parts every target has alike. */
export function sender(address: () => Address): Pick<Target, 'address' | 'path' | 'send' | 'sendBytes'> {
  return {
    address,
    path: (kind) => `/${kind}/${randomText(9)}`,
    send: (request) => exchange(address(), request),
    sendBytes: (bytes) => exchangeBytes(address(), bytes),
  }
}
