/** One request under way in the gateway: what has become known of it, and what has to happen when it is over. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHead, SealedExchange, VerifiedRequest } from '@holdfast/server'

/** What came out of a seal, and how the answer gets into one. */
export type Opened = {
  readonly sealed: SealedExchange
  /** Status of the answer inside; 0 before there is one. */
  status: number
}

export type Exchange = {
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly remote: string
  /** Monotonic milliseconds. */
  readonly startedMs: number
  /** The client waits for 100 Continue before it sends its body. */
  readonly expectsContinue: boolean
  /** Names this request in log, backend and refusal. */
  reference: string
  /** The listed origin whose page may read the answer (docs/protocol.md 3.10); null for everybody else. */
  page: string | null
  /** Of a sealed request what was inside, once it is open. */
  head: RequestHead | null
  /** Null for a request that came plain, and before it is open: whatever is said before that is said plainly. */
  opened: Opened | null
  verified: VerifiedRequest | null
  /** Pattern of the route; never the path. */
  route: string
  code: string | null
  /** Octets of the body held in memory. */
  heldBytes: number
  /** Counted in the load. */
  counted: boolean
  /** Parts still running: the answer to the client, steps that wait, the call of the backend. Over when none is left. */
  parts: number
  leave: (() => void) | null
}

export type ExchangeStart = Pick<
  Exchange,
  'message' | 'response' | 'remote' | 'startedMs' | 'expectsContinue' | 'reference'
>

export function createExchange(start: ExchangeStart): Exchange {
  return {
    message: start.message,
    response: start.response,
    remote: start.remote,
    startedMs: start.startedMs,
    expectsContinue: start.expectsContinue,
    reference: start.reference,
    page: null,
    head: null,
    opened: null,
    verified: null,
    route: 'none',
    code: null,
    heldBytes: 0,
    counted: false,
    parts: 1,
    leave: null,
  }
}
