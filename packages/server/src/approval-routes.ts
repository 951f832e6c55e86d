/** Which routes may ask for approvals, and under which rules: checked when the service starts (docs/protocol.md 9.1, 9.5). */
import { findRule, isSafeMethod } from '@holdfast/core'
import { type ApprovalForm, checkForm, isUnjudged } from './approval-form.ts'
import type { Deployment, ServerRule } from './deployment.ts'
import { checkTransferPolicy } from './transfer-policy.ts'

/** Seconds a yes may be good for. */
const longest = 300

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1

/** The currencies of the field that says how much. */
function currenciesOf({ fields, transfer }: ApprovalForm): readonly string[] {
  const within = fields.find(({ name }) => name === transfer?.rows)
  const among = within?.type === 'rows' ? within.fields : fields
  const amount = among.find(({ name }) => name === transfer?.amount)
  return amount?.type === 'money' ? amount.currencies : []
}

function checkTransfer(form: ApprovalForm, { transfers }: Deployment): void {
  if (transfers !== undefined && isUnjudged(form, transfers.currency))
    throw new TypeError('it says how much and to whom, and no rule would judge that: name its transfer')
  if (form.transfer === undefined) return
  if (transfers === undefined)
    throw new TypeError('its form names a transfer, and there are no rules for any')
  if (currenciesOf(form).some((currency) => currency !== transfers.currency))
    throw new TypeError(`its amount must be in ${transfers.currency}, as the rules of transfers are`)
}

function checkRoute(
  { path, methods = [], policy, fields }: ServerRule,
  form: ApprovalForm,
  deployment: Deployment,
): void {
  if (policy === 'open') throw new TypeError('nobody is known on an open route')
  if (path.includes('*')) throw new TypeError('its path must be exact')
  if (methods.length === 0 || methods.some(isSafeMethod))
    throw new TypeError('its methods must be named, and be unsafe ones')
  if (fields.length > 0) throw new TypeError('what its fields say would be shown to nobody')
  // A rule before it would let the same request through without asking anybody.
  const reached = methods.every((method) => findRule(deployment.routes, method, path)?.approve === form)
  if (!reached) throw new TypeError('a rule before it takes its place')
  checkForm(form)
  checkTransfer(form, deployment)
}

/** Refuses with TypeError, naming the route. */
export function checkApprovals(deployment: Deployment): void {
  const { routes, transfers, policy } = deployment
  const { lifeSeconds, open, held, perMinute } = policy.approval
  if (![lifeSeconds, open, held, perMinute].every(isCount) || lifeSeconds > longest)
    throw new TypeError(`policy.approval takes whole numbers from 1, and lifeSeconds up to ${longest}`)
  if (transfers !== undefined) checkTransferPolicy(transfers)
  for (const rule of routes) {
    if (rule.approve === undefined) continue
    try {
      checkRoute(rule, rule.approve, deployment)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new TypeError(`the approvals of ${rule.path}: ${why}`, { cause })
    }
  }
}
