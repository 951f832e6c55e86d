/** Operators: named people with their own secrets, and the API they use (docs/operate.md). */
import { createAdminCalls } from './admin.ts'
import { auditEntry, systemActor } from './audit.ts'
import type { Deployment } from './deployment.ts'
import type { Devices } from './device.ts'
import type { Enrolment } from './enrolment.ts'
import type { RequestHead } from './head.ts'
import { authenticate, newOperator, type OperatorCredentials } from './operator-credentials.ts'

/** For the gateway to write as `application/json`. */
export type AdminAnswer = { readonly status: number; readonly json: unknown }

export interface Operators {
  /** Makes the first operator when there is none; null on every later start. */
  ensureFirst(): Promise<OperatorCredentials | null>
  /**
   * One call of the admin API. `body` is its JSON, already parsed; undefined when it has none. Rejects with
   * `operator_required` (401, `WWW-Authenticate: Basic realm="holdfast"`), `rate_limited`, `bad_request`, `not_found`,
   * `method_refused` or `operator_exists`.
   */
  answer(head: RequestHead, body: unknown): Promise<AdminAnswer>
}

const firstName = 'admin'

export function createOperators(
  deployment: Deployment,
  features: { readonly enrolment: Enrolment; readonly devices: Devices },
): Operators {
  const call = createAdminCalls(deployment, features)
  return {
    async ensureFirst(): Promise<OperatorCredentials | null> {
      const { credentials, record } = newOperator(firstName, deployment)
      const audit = auditEntry('operator.added', {
        at: record.createdAt,
        actor: systemActor,
        detail: { name: firstName },
      })
      return (await deployment.store.addFirstOperator(record, audit)) ? credentials : null
    },
    async answer(head: RequestHead, body: unknown): Promise<AdminAnswer> {
      const operator = await authenticate(head, deployment)
      return { status: 200, json: await call({ head, body, operator }) }
    },
  }
}
