/** What a bank writes about where money goes (docs/protocol.md 9.5): rules as data, refused when they are loaded if they could not hold. */
import * as v from 'valibot'
import { legible } from './approval-text.ts'
import { minorDigits, parseAmount } from './money.ts'
import { compileExpression } from './transfer-expression.ts'

/** From the mildest: `ask` demands a passcode for this very payment, `hold` the word of operators. */
export const transferVerdicts = ['allow', 'ask', 'hold', 'refuse'] as const
export type TransferVerdict = (typeof transferVerdicts)[number]
export type Consequence = Exclude<TransferVerdict, 'allow'>

type Rule = { readonly name: string; readonly verdict: Consequence }
/**
 * Only for more than so much, in all payments of the request together, so that cutting it into rows changes nothing. Requests are looked
 * at one by one: a `limit` beside it bounds what comes in many.
 */
type Above = { readonly above?: string }

/** Amounts are decimal strings of the one currency of the policy. */
export type TransferRule = Rule &
  (
    | {
        readonly kind: 'limit'
        readonly of: 'user' | 'device' | 'payee'
        /** Seconds; rolling. Absent: this request alone. */
        readonly perSeconds?: number
        /** One of the two: at most so much, or so many payments. */
        readonly sum?: string
        readonly count?: number
        /** Only for devices bound less than so many seconds ago. */
        readonly deviceYoungerThanSeconds?: number
        /** Only from devices of these platforms (DeviceRecord.platform), as they named themselves when they were bound. */
        readonly platforms?: readonly string[]
        /** With `of: payee`: only while a payee of the request was first paid less than so long ago, or never. */
        readonly payeeNewerThanSeconds?: number
      }
    /** A payee first paid less than so long ago, or never; `above` is of those payees together. */
    | ({ readonly kind: 'payee'; readonly newerThanSeconds: number } & Above)
    /** More than `times` the largest of the last days; a user with fewer than `least` transfers has no habit. */
    | ({ readonly kind: 'habit'; readonly times: number; readonly least: number } & Above)
    /**
     * A network this user first paid from less than so long ago, or never. Absent: never; then one payment below `above` makes it known.
     */
    | ({ readonly kind: 'place'; readonly newerThanSeconds?: number } & Above)
    | ({ readonly kind: 'device'; readonly youngerThanSeconds: number } & Above)
    /** So many wrong passcodes of this user in the last days (policy.passcode.accountWindowSeconds). */
    | ({ readonly kind: 'suspicion'; readonly failures: number } & Above)
    /** CEL over the facts of transfer-expression.ts; true means it applies. */
    | { readonly kind: 'expression'; readonly when: string }
  )
export type LimitRule = Extract<TransferRule, { readonly kind: 'limit' }>

export type TransferPolicy = {
  readonly currency: string
  readonly rules: readonly TransferRule[]
  /** Days the habits are taken from. */
  readonly habitDays: number
  /** Operators who have to release a hold. */
  readonly releases: number
  /** How long a hold waits for them, and how long a released payment may then be sent. */
  readonly holdSeconds: number
  readonly releasedSeconds: number
}

/** Stores look back further than that, so no window is cut short. */
const longestDays = 366
/** Of the rule nobody writes: money in another currency than the policy's. */
export const foreignMoney = 'currency'

const whole = (most: number): v.GenericSchema<unknown, number> =>
  v.pipe(
    v.number(),
    v.integer('expected a whole number'),
    v.minValue(1, 'expected 1 or more'),
    v.maxValue(most, `expected ${most} or less`),
  )
const seconds = whole(longestDays * 86_400)
const count = whole(1_000_000)
const rule = { name: v.string(), verdict: v.picklist(['ask', 'hold', 'refuse']) }
const above = v.exactOptional(v.string())

const ruleSchema: v.GenericSchema<unknown, TransferRule> = v.variant('kind', [
  v.strictObject({
    ...rule,
    kind: v.literal('limit'),
    of: v.picklist(['user', 'device', 'payee']),
    perSeconds: v.exactOptional(seconds),
    sum: v.exactOptional(v.string()),
    count: v.exactOptional(count),
    deviceYoungerThanSeconds: v.exactOptional(seconds),
    platforms: v.exactOptional(v.pipe(v.array(v.string()), v.minLength(1, 'expected at least one'))),
    payeeNewerThanSeconds: v.exactOptional(seconds),
  }),
  v.strictObject({ ...rule, kind: v.literal('payee'), newerThanSeconds: seconds, above }),
  v.strictObject({ ...rule, kind: v.literal('habit'), times: count, least: count, above }),
  v.strictObject({ ...rule, kind: v.literal('place'), newerThanSeconds: v.exactOptional(seconds), above }),
  v.strictObject({ ...rule, kind: v.literal('device'), youngerThanSeconds: seconds, above }),
  v.strictObject({ ...rule, kind: v.literal('suspicion'), failures: count, above }),
  v.strictObject({ ...rule, kind: v.literal('expression'), when: v.string() }),
])
const policySchema = v.object({
  habitDays: whole(longestDays),
  releases: whole(10),
  holdSeconds: seconds,
  releasedSeconds: seconds,
})

function checkShape(schema: v.GenericSchema, value: unknown): void {
  const parsed = v.safeParse(schema, value)
  if (parsed.success) return
  const [issue] = parsed.issues
  throw new TypeError(`${v.getDotPath(issue) ?? 'it'}: ${issue.message}`)
}

/** One rule has one reason, so a limit is of money or of number. */
function checkLimit({ sum, count: most, of, payeeNewerThanSeconds }: LimitRule): void {
  if ((sum === undefined) === (most === undefined)) throw new TypeError('one of sum and count is needed')
  if (payeeNewerThanSeconds !== undefined && of !== 'payee')
    throw new TypeError('payeeNewerThanSeconds is for a limit of payee')
}

function checkRule(written: TransferRule, currency: string): void {
  checkShape(ruleSchema, written)
  legible(written.name, 64)
  if (written.name.toLowerCase() === foreignMoney) throw new TypeError('its name is taken')
  if (written.kind === 'limit') checkLimit(written)
  if (written.kind === 'expression') compileExpression(written.when)
  const amount = written.kind === 'limit' ? written.sum : 'above' in written ? written.above : undefined
  if (amount !== undefined) parseAmount(amount, currency)
}

/** Refuses with TypeError, naming the rule or the member, what could not hold. */
export function checkTransferPolicy(policy: TransferPolicy): void {
  minorDigits(policy.currency)
  checkShape(policySchema, policy)
  const names = new Set<string>()
  for (const written of policy.rules) {
    try {
      checkRule(written, policy.currency)
      const name = written.name.toLowerCase()
      if (names.has(name)) throw new TypeError('a second rule of this name')
      names.add(name)
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause
      throw new TypeError(`rule ${JSON.stringify(written.name)}: ${cause.message}`, { cause })
    }
  }
}
