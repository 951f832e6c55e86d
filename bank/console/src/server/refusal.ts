/** How the console itself says no. What the gateway refuses goes through with the gateway's own code. */

const table = {
  bad_request: [400, 'the request is malformed'],
  signed_out: [401, 'nobody is signed in here'],
  sign_in_refused: [401, 'name or secret is wrong'],
  foreign_page: [403, 'only the console’s own page may ask this'],
  not_found: [404, 'there is nothing here'],
  method_refused: [405, 'this method is not allowed here'],
  body_too_large: [413, 'the body is over the limit'],
  wrong_host: [421, 'the console does not go by this name'],
  rate_limited: [429, 'too many tries'],
  gateway_unreachable: [502, 'the gateway does not answer'],
} as const

export type RefusalCode = keyof typeof table

export class Refusal extends Error {
  readonly code: RefusalCode
  readonly status: number
  /** Seconds. */
  readonly retryAfter: number | null

  constructor(code: RefusalCode, options: { readonly retryAfter?: number; readonly cause?: unknown } = {}) {
    const [status, meaning] = table[code]
    super(meaning, { cause: options.cause })
    this.code = code
    this.status = status
    this.retryAfter = options.retryAfter ?? null
  }

  /** Problem details (RFC 9457), in the form the gateway has, too. */
  toJSON(): { readonly title: string; readonly status: number; readonly code: string } {
    return { title: this.message, status: this.status, code: this.code }
  }
}
