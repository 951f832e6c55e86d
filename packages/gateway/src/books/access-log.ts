/** What the data path tells the log. These facts and no others: never a query, a field value, a token or a body. */

export type RequestRecord = {
  /** Also sent to the backend as X-Request-Id; for a refusal the reference in its answer. */
  readonly reference: string
  /** Empty when the request could not be read. */
  readonly method: string
  /** The pattern of the rule that matched, not the path. */
  readonly route: string
  /** The rest of this record speaks of what was inside the seal. */
  readonly sealed: boolean
  /** 0 when the client left before an answer. */
  readonly status: number
  /** Why it was refused; null for answers of a backend. */
  readonly code: string | null
  readonly durationMs: number
  /** Id of the device whose signature was verified. */
  readonly device: string | null
  readonly remote: string
}

export type FailureRecord = {
  readonly reference: string
  readonly code: string
  readonly upstream: string | null
  /** An Error; its message may quote input and is for the log's own judgement. */
  readonly cause: unknown
}

export interface GatewayLog {
  /** Once for each request, when it is over. */
  request(record: RequestRecord): void
  /** Something behind or inside the gateway failed. */
  failure(record: FailureRecord): void
  /** A connection was cut before a request could be read from it. */
  connection(record: { readonly code: string; readonly remote: string }): void
}
