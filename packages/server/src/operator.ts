/** Operators: named people with their own secrets, and the API they use (docs/operate.md). */
import { HoldfastError } from '@holdfast/core'
import { type AdminFeatures, createAdminCalls } from './admin.ts'
import { systemActor } from './audit.ts'
import type { Deployment } from './deployment.ts'
import type { RequestHead } from './head.ts'
import {
  addedEntry,
  addOperator,
  authenticate,
  isCurrent,
  isOperatorName,
  newCredentials,
  type OperatorCredentials,
  operatorRecord,
} from './operator-credentials.ts'

/** For the gateway to write as `application/json`. */
export type AdminAnswer = { readonly status: number; readonly json: unknown }

/** Where the first credentials wait until they are good: a kill in between must lock nobody out. */
export type FirstOperatorDraft = {
  /** What an earlier start kept and may not have finished with. */
  readonly left: OperatorCredentials | null
  /** Called with new credentials before they become good. */
  keep(credentials: OperatorCredentials): Promise<void>
}

export interface Operators {
  /**
   * Makes the first operator when there is none. Resolves with its credentials, also when `left` are those of an earlier
   * start that did; null when there is an operator and nothing to finish.
   */
  ensureFirst(draft?: FirstOperatorDraft): Promise<OperatorCredentials | null>
  /**
   * Adds one in the name of the system: for whoever holds store and key file, and so is the service, when no operator can
   * get in. Rejects with `operator_exists`, or `bad_request` for a name that is none.
   */
  add(name: string): Promise<OperatorCredentials>
  /** The name of the operator who calls. Rejects with `operator_required` or `rate_limited`. */
  authenticate(head: RequestHead): Promise<string>
  /**
   * One call of the admin API. `body` is its JSON, already parsed; undefined when it has none. Rejects with
   * `operator_required` (401, `WWW-Authenticate: Basic realm="holdfast"`), `rate_limited`, `bad_request`, `not_found`,
   * `method_refused` or `operator_exists`.
   */
  answer(head: RequestHead, body: unknown): Promise<AdminAnswer>
}

const firstName = 'admin'
const noDraft: FirstOperatorDraft = { left: null, keep: () => Promise.resolve() }

export function createOperators(deployment: Deployment, features: AdminFeatures): Operators {
  const call = createAdminCalls(deployment, features)
  return {
    async ensureFirst(draft = noDraft): Promise<OperatorCredentials | null> {
      const { store } = deployment
      const { left } = draft
      if ((await store.listOperators()).length === 0) {
        const credentials = left ?? newCredentials(firstName)
        if (left === null) await draft.keep(credentials)
        const audit = addedEntry(credentials.name, systemActor, deployment)
        if (await store.addFirstOperator(operatorRecord(credentials, deployment), audit)) return credentials
      }
      return left !== null && (await isCurrent(left, deployment)) ? left : null
    },
    async add(name: string): Promise<OperatorCredentials> {
      if (!isOperatorName(name)) throw new HoldfastError('bad_request')
      return addOperator(name, systemActor, deployment)
    },
    authenticate: (head: RequestHead): Promise<string> => authenticate(head, deployment),
    async answer(head: RequestHead, body: unknown): Promise<AdminAnswer> {
      const operator = await authenticate(head, deployment)
      return { status: 200, json: await call({ head, body, operator }) }
    },
  }
}
