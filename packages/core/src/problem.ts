/** Problem details (RFC 9457): the one form in which Holdfast refuses. */
import * as v from 'valibot'
import { type ErrorCode, errors, HoldfastError, isErrorCode } from './errors.ts'

export const problemType = 'application/problem+json'
/** Marks an answer as Holdfast's own; the gateway takes it off what a backend says. */
export const problemField = 'holdfast-error'

export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail: string
  readonly reference?: string
}

export function problemOf(error: HoldfastError, status: number): Problem {
  const { meaning, next } = errors[error.code]
  const problem = {
    type: `https://holdfast.dev/errors#${error.code}`,
    title: meaning,
    status,
    code: error.code,
    detail: next,
  }
  return error.reference === undefined ? problem : { ...problem, reference: error.reference }
}

const problemSchema = v.object({
  code: v.custom<ErrorCode>(isErrorCode),
  reference: v.exactOptional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/))),
})

/** The refusal in a problem body, or null when it is none of ours. */
export function parseProblem(body: string): HoldfastError | null {
  try {
    const problem = v.safeParse(problemSchema, JSON.parse(body))
    if (!problem.success) return null
    const { code, reference } = problem.output
    return new HoldfastError(code, reference === undefined ? {} : { reference })
  } catch {
    return null
  }
}
