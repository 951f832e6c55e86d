/** Problem details (RFC 9457): the one form in which Holdfast refuses. */
import * as v from 'valibot'
import { type ApprovalDemand, type ApprovalReason, approvalReasons, demandSchema } from './approval-demand.ts'
import { type ErrorCode, errors, HoldfastError, type HoldfastErrorOptions, isErrorCode } from './errors.ts'
import type { FactorDemand } from './factor.ts'

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
  /** What a step-up asks for (RFC 9470 section 3): the least context that will do, and seconds since it was proved at most. */
  readonly acr_values?: FactorDemand['acr']
  readonly max_age?: number
  /** What `approval_required` asks for (docs/protocol.md 9.2). */
  readonly approval?: ApprovalDemand
  /** Which approval is held. */
  readonly approval_id?: string
  readonly reasons?: readonly ApprovalReason[]
}

export function problemOf(error: HoldfastError, status: number): Problem {
  const { meaning, next } = errors[error.code]
  const { reference, demand, approval, approvalId, reasons } = error
  return {
    type: `https://holdfast.dev/errors#${error.code}`,
    title: meaning,
    status,
    code: error.code,
    detail: next,
    ...(reference === undefined ? {} : { reference }),
    ...(demand === undefined ? {} : { acr_values: demand.acr }),
    ...(demand?.maxAge === undefined ? {} : { max_age: demand.maxAge }),
    ...(approval === undefined ? {} : { approval }),
    ...(approvalId === undefined ? {} : { approval_id: approvalId }),
    ...(reasons === undefined ? {} : { reasons }),
  }
}

const problemSchema = v.object({
  code: v.custom<ErrorCode>(isErrorCode),
  reference: v.exactOptional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/))),
  acr_values: v.exactOptional(v.picklist(['presence', 'passcode'])),
  max_age: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  approval: v.exactOptional(demandSchema),
  approval_id: v.exactOptional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16,128}$/))),
  reasons: v.exactOptional(v.array(v.picklist(approvalReasons))),
})

function demandOf({
  acr_values: acr,
  max_age: maxAge,
}: v.InferOutput<typeof problemSchema>): Pick<HoldfastErrorOptions, 'demand'> {
  if (acr === undefined) return {}
  return { demand: maxAge === undefined ? { acr } : { acr, maxAge } }
}

/** The refusal in a problem body, or null when it is none of ours. `beside`: what the answer says elsewhere. */
export function parseProblem(
  body: string,
  beside: Pick<HoldfastErrorOptions, 'retryAfter'> = {},
): HoldfastError | null {
  try {
    const problem = v.safeParse(problemSchema, JSON.parse(body))
    if (!problem.success) return null
    const { code, reference, approval, approval_id: approvalId, reasons } = problem.output
    return new HoldfastError(code, {
      ...beside,
      ...demandOf(problem.output),
      ...(reference === undefined ? {} : { reference }),
      ...(approval === undefined ? {} : { approval }),
      ...(approvalId === undefined ? {} : { approvalId }),
      ...(reasons === undefined ? {} : { reasons }),
    })
  } catch {
    return null
  }
}
