/** Parsers of the JSON messages of passcode and presence: strict once, at the edge. */
import * as v from 'valibot'
import { HoldfastError } from './errors.ts'

/** For what a client sends. Throws `bad_request`. */
export function request<Value>(schema: v.GenericSchema<unknown, Value>): (value: unknown) => Value {
  return (value) => {
    try {
      return v.parse(schema, value)
    } catch (cause) {
      throw cause instanceof HoldfastError ? cause : new HoldfastError('bad_request', { cause })
    }
  }
}

/** For what the service answers. Throws `answer_refused`. */
export function answer<Value>(schema: v.GenericSchema<unknown, Value>): (value: unknown) => Value {
  return (value) => {
    const parsed = v.safeParse(schema, value)
    if (!parsed.success) throw new HoldfastError('answer_refused')
    return parsed.output
  }
}
