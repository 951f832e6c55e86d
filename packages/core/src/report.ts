/** What a client tells about servers it refused for their TLS key (docs/protocol.md 2.5). Nothing in it is about its user. */
import * as v from 'valibot'
import { HoldfastError } from './errors.ts'
import { isPin } from './pin.ts'

/** A client keeps no more than this, and a request carries no more. */
export const maxReports = 5

export type KeyReport = {
  /** `host` or `host:port` the client meant to reach, as in a URL. */
  host: string
  /** The pin of the key it was shown instead. */
  key: string
  /** Seconds since 1970 by the device's own clock, which may be wrong. */
  at: number
}

export const keyReportSchema: v.GenericSchema<unknown, KeyReport> = v.strictObject({
  host: v.pipe(v.string(), v.minLength(1), v.maxLength(259), v.regex(/^[a-z0-9.\-_:[\]]+$/)),
  key: v.pipe(v.string(), v.check(isPin)),
  at: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
})

const requestSchema = v.strictObject({
  reports: v.pipe(v.array(keyReportSchema), v.minLength(1), v.maxLength(maxReports)),
})

/** The body of the request. Throws `bad_request`. */
export function parseReports(value: unknown): KeyReport[] {
  const parsed = v.safeParse(requestSchema, value)
  if (!parsed.success) throw new HoldfastError('bad_request')
  return parsed.output.reports
}
