/** The numbers of the policy in holdfast.yaml: each may be given, and the others are the defaults (docs/operate.md 10). */
import { defaultPolicy, type Policy } from '@holdfast/server'
import * as v from 'valibot'

type Numbers<Table> = {
  -readonly [Name in keyof Table]?: Table[Name] extends number | readonly number[]
    ? Table[Name]
    : Numbers<Table[Name]>
}

/** As in {@link Policy}, each number by itself. */
export type WrittenPolicy = Numbers<Policy>

export const positive: v.GenericSchema<unknown, number> = v.pipe(
  v.number(),
  v.integer('expected a whole number'),
  v.minValue(1, 'expected 1 or more'),
  v.maxValue(2_147_483_647, 'expected less than 2^31'),
)
/** 0: not at all. */
const orNever = v.pipe(
  v.number(),
  v.integer('expected a whole number'),
  v.minValue(0, 'expected 0 or more'),
  v.maxValue(2_147_483_647, 'expected less than 2^31'),
)
export const policySchema: v.GenericSchema<unknown, WrittenPolicy> = v.strictObject({
  activation: v.exactOptional(
    v.strictObject({ lifeSeconds: v.exactOptional(positive), tries: v.exactOptional(positive) }),
  ),
  oneTimeText: v.exactOptional(
    v.strictObject({
      lifeSeconds: v.exactOptional(positive),
      tries: v.exactOptional(positive),
      triesWindowSeconds: v.exactOptional(positive),
    }),
  ),
  challengeLifeSeconds: v.exactOptional(positive),
  devicesPerUser: v.exactOptional(positive),
  session: v.exactOptional(
    v.strictObject({
      accessSeconds: v.exactOptional(positive),
      maxSeconds: v.exactOptional(positive),
      idleSeconds: v.exactOptional(positive),
      unlocksPerMinute: v.exactOptional(positive),
      graceSeconds: v.exactOptional(positive),
    }),
  ),
  repeatSeconds: v.exactOptional(positive),
  idempotency: v.exactOptional(
    v.strictObject({
      lifeSeconds: v.exactOptional(positive),
      answerBytes: v.exactOptional(positive),
      leaseSeconds: v.exactOptional(positive),
    }),
  ),
  passcode: v.exactOptional(
    v.strictObject({
      tries: v.exactOptional(positive),
      lockSeconds: v.exactOptional(v.array(positive)),
      accountTries: v.exactOptional(positive),
      accountWindowSeconds: v.exactOptional(positive),
      loginSeconds: v.exactOptional(positive),
    }),
  ),
  factor: v.exactOptional(
    v.strictObject({ lifeSeconds: v.exactOptional(positive), changeSeconds: v.exactOptional(positive) }),
  ),
  approval: v.exactOptional(
    v.strictObject({
      lifeSeconds: v.exactOptional(v.pipe(positive, v.maxValue(300, 'expected 300 or less'))),
      open: v.exactOptional(positive),
      held: v.exactOptional(positive),
      perMinute: v.exactOptional(positive),
    }),
  ),
  coolingSeconds: v.exactOptional(orNever),
  offlineSeconds: v.exactOptional(orNever),
  certificate: v.exactOptional(
    v.strictObject({ lifeSeconds: v.exactOptional(positive), perHour: v.exactOptional(positive) }),
  ),
  sealing: v.exactOptional(
    v.strictObject({ rotateSeconds: v.exactOptional(positive), refusedPerMinute: v.exactOptional(positive) }),
  ),
  statementSeconds: v.exactOptional(positive),
  anonymousPerMinute: v.exactOptional(positive),
})

/** What was written over the defaults. */
export function policyOf(policy: WrittenPolicy = {}): Policy {
  return {
    ...defaultPolicy,
    ...policy,
    activation: { ...defaultPolicy.activation, ...policy.activation },
    oneTimeText: { ...defaultPolicy.oneTimeText, ...policy.oneTimeText },
    session: { ...defaultPolicy.session, ...policy.session },
    idempotency: { ...defaultPolicy.idempotency, ...policy.idempotency },
    passcode: { ...defaultPolicy.passcode, ...policy.passcode },
    factor: { ...defaultPolicy.factor, ...policy.factor },
    approval: { ...defaultPolicy.approval, ...policy.approval },
    certificate: { ...defaultPolicy.certificate, ...policy.certificate },
    sealing: { ...defaultPolicy.sealing, ...policy.sealing },
  }
}
