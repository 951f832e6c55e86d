/** What a refusal says of the approval it asks for, and why money was kept back (docs/protocol.md 9.2, 9.5). */
import * as v from 'valibot'

/** One line the user sees: `name` is the field's, for an app's own label; `label` and `value` are shown as they stand. */
export type ApprovalLine = { name: string; label: string; value: string }

/** The member `approval` of the problem that asks for one. */
export type ApprovalDemand = {
  /** JWS of an ApprovalChallenge by the token key. */
  readonly challenge: string
  readonly title: string
  readonly lines: readonly ApprovalLine[]
  /** `hold`: as things stand, the bank will look at it before it is carried out. */
  readonly notes: ReadonlyArray<'hold'>
  /** PublicKeyCredentialRequestOptionsJSON, where this device's presence key is a passkey. */
  readonly options?: Record<string, unknown>
}

/** Why the policy of transfers says no, or not yet. */
export const approvalReasons = [
  'over_limit',
  'velocity',
  'new_payee',
  'unusual_amount',
  'new_place',
  'new_device',
  'suspicion',
  'rule',
] as const
export type ApprovalReason = (typeof approvalReasons)[number]

const text = v.pipe(v.string(), v.maxLength(4096))

export const linesSchema: v.GenericSchema<unknown, ApprovalLine[]> = v.pipe(
  v.array(v.object({ name: text, label: text, value: text })),
  v.maxLength(1000),
)
export const demandSchema: v.GenericSchema<unknown, ApprovalDemand> = v.object({
  challenge: v.pipe(v.string(), v.maxLength(8192)),
  title: text,
  lines: linesSchema,
  notes: v.array(v.picklist(['hold'])),
  options: v.exactOptional(v.record(v.string(), v.unknown())),
})
