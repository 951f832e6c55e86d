/** Rules about where money goes (docs/protocol.md 9.5): what each says of one transfer, and the severest of it. */
import type { ApprovalReason } from '@holdfast/core'
import { parseAmount } from './money.ts'
import type { TransferLimit } from './store-approvals.ts'
import { compileExpression } from './transfer-expression.ts'
import {
  expressionFacts,
  habitsOf,
  isNewer,
  sumOf,
  toNewPayees,
  type TransferFacts,
} from './transfer-facts.ts'
import { boundsOf, isInForce, isOver, type LimitFacts } from './transfer-limit.ts'
import {
  checkTransferPolicy,
  type Consequence,
  foreignMoney,
  type LimitRule,
  type TransferPolicy,
  type TransferRule,
  type TransferVerdict,
  transferVerdicts,
} from './transfer-policy.ts'

export type { TransferFacts } from './transfer-facts.ts'
export {
  type TransferPolicy,
  type TransferRule,
  type TransferVerdict,
  transferVerdicts,
} from './transfer-policy.ts'

export type Judgement = {
  readonly verdict: TransferVerdict
  /** Why, of the severest verdict and those below; sorted, each once. */
  readonly reasons: readonly ApprovalReason[]
  /** Of each rule that applied. */
  readonly applied: ReadonlyArray<{
    readonly name: string
    readonly verdict: Consequence
    readonly reason: ApprovalReason
  }>
}

export interface TransferRules {
  /** What the store has to add up, each under its rule's name. */
  limitsFor(facts: LimitFacts): readonly TransferLimit[]
  /** `passed`: names of limits that would be passed. Throws nothing: a rule that fails to evaluate applies. */
  judge(facts: TransferFacts, passed: readonly string[]): Judgement
}

/** One rule, ready: whether it applies. */
type Applies = (facts: TransferFacts, passed: readonly string[]) => boolean
type ReadyRule = {
  readonly name: string
  readonly verdict: Consequence
  readonly reason: ApprovalReason
  readonly applies: Applies
}

function readyLimit(rule: LimitRule, currency: string): Applies {
  if (rule.perSeconds !== undefined) return (_, passed) => passed.includes(rule.name)
  const bounds = boundsOf(rule, currency)
  return (facts) => isInForce(rule, facts) && isOver(bounds, rule.of, facts.payments)
}

function appliesOf(rule: TransferRule, currency: string): Applies {
  if (rule.kind === 'limit') return readyLimit(rule, currency)
  if (rule.kind === 'expression') {
    const isTrue = compileExpression(rule.when)
    return (facts) => isTrue(expressionFacts(facts))
  }
  const above = rule.above === undefined ? 0n : parseAmount(rule.above, currency)
  const isAbove = ({ payments }: Pick<TransferFacts, 'payments'>): boolean => sumOf(payments) > above
  switch (rule.kind) {
    case 'payee':
      return (facts) => isAbove({ payments: toNewPayees(facts, rule.newerThanSeconds) })
    case 'habit':
      return (facts) => {
        const { count, largestMinor } = habitsOf(facts)
        return (
          count >= rule.least && isAbove(facts) && sumOf(facts.payments) > BigInt(rule.times) * largestMinor
        )
      }
    case 'place':
      return (facts) =>
        isAbove(facts) && isNewer(habitsOf(facts).networkSince, rule.newerThanSeconds ?? 0, facts.now)
    case 'device':
      return (facts) => isAbove(facts) && isNewer(facts.device.createdAt, rule.youngerThanSeconds, facts.now)
    case 'suspicion':
      return (facts) => isAbove(facts) && facts.failures >= rule.failures
    default:
      throw new TypeError('of a kind nobody knows')
  }
}

const reasons = {
  payee: 'new_payee',
  habit: 'unusual_amount',
  place: 'new_place',
  device: 'new_device',
  suspicion: 'suspicion',
  expression: 'rule',
} as const satisfies Record<Exclude<TransferRule['kind'], 'limit'>, ApprovalReason>

function reasonOf(rule: TransferRule): ApprovalReason {
  if (rule.kind !== 'limit') return reasons[rule.kind]
  return rule.count === undefined ? 'over_limit' : 'velocity'
}

/** What no rule can judge is refused, though forms and policy are held to one currency when they are loaded. */
function foreignRule(currency: string): ReadyRule {
  const applies: Applies = ({ payments }) => payments.some((payment) => payment.currency !== currency)
  return { name: foreignMoney, verdict: 'refuse', reason: 'rule', applies }
}

/** Refuses with TypeError, naming the rule, what does not fit: an expression of the wrong type, an amount of another form, a name twice. */
export function createTransferRules(policy: TransferPolicy): TransferRules {
  checkTransferPolicy(policy)
  const { currency, rules } = policy
  const ready: readonly ReadyRule[] = [
    foreignRule(currency),
    ...rules.map((rule) => {
      const { name, verdict } = rule
      return { name, verdict, reason: reasonOf(rule), applies: appliesOf(rule, currency) }
    }),
  ]
  return {
    limitsFor(facts): readonly TransferLimit[] {
      return rules.flatMap((rule) => {
        if (rule.kind !== 'limit' || rule.perSeconds === undefined || !isInForce(rule, facts)) return []
        const { name, of, perSeconds } = rule
        return [{ name, of, windowMs: perSeconds * 1000, ...boundsOf(rule, currency) }]
      })
    },

    judge(facts, passed): Judgement {
      const applied = ready
        .filter(({ applies }) => applies(facts, passed))
        .map(({ name, verdict, reason }) => ({ name, verdict, reason }))
      const severity = Math.max(0, ...applied.map(({ verdict }) => transferVerdicts.indexOf(verdict)))
      return {
        verdict: transferVerdicts[severity] ?? 'refuse',
        reasons: [...new Set(applied.map(({ reason }) => reason))].sort(),
        applied,
      }
    },
  }
}
