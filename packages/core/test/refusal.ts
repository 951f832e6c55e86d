/** What a refused call says: tests assert the code, never the words. */
import { type ErrorCode, HoldfastError } from '../src/errors.ts'

function codeOf(error: unknown): ErrorCode {
  if (error instanceof HoldfastError) return error.code
  throw error
}

/** The code a call is refused with, or 'ok'. Any other error is passed on. */
export function outcome(call: () => unknown): ErrorCode | 'ok' {
  try {
    call()
    return 'ok'
  } catch (error) {
    return codeOf(error)
  }
}

export async function outcomeOf(call: () => unknown): Promise<ErrorCode | 'ok'> {
  try {
    await call()
    return 'ok'
  } catch (error) {
    return codeOf(error)
  }
}
