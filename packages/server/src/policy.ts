/** Numbers a bank may change, in one place. Each default is the protocol's (docs/protocol.md); weaker ones are a decision. */

export type Policy = {
  readonly activation: {
    readonly lifeSeconds: number
    /** Wrong proofs before a code is dead. */
    readonly tries: number
  }
  readonly oneTimeText: {
    readonly lifeSeconds: number
    /** Per user, counted before the comparison. */
    readonly tries: number
    readonly triesWindowSeconds: number
  }
  readonly challengeLifeSeconds: number
  readonly devicesPerUser: number
  readonly session: {
    /** Well below `idleSeconds`: only a refresh tells the service that somebody is there. */
    readonly accessSeconds: number
    readonly maxSeconds: number
    readonly idleSeconds: number
    /** Per device. */
    readonly unlocksPerMinute: number
    /** How long the immediate predecessor of a refresh token still gets its successor's answer. */
    readonly graceSeconds: number
  }
  /** How long an identical request to enrolment and token calls gets the same answer. */
  readonly repeatSeconds: number
  readonly idempotency: {
    readonly lifeSeconds: number
    /** Answers up to this size are kept for repetition. */
    readonly answerBytes: number
    /** A claim that runs longer than this has lost its node: the outcome is unknown. */
    readonly leaseSeconds: number
  }
  readonly passcode: {
    /** Wrong ones in a row before the first lock. */
    readonly tries: number
    /** Each lock in turn, seconds; each lets one more try through when it is over. After the last only a new activation helps. */
    readonly lockSeconds: readonly number[]
    /** Wrong ones of one user, over all devices he ever had, within the window. */
    readonly accountTries: number
    readonly accountWindowSeconds: number
    /** From the first message of a login to its last. */
    readonly loginSeconds: number
  }
  readonly factor: {
    /** How long a proved factor may open a session, and a presence challenge be answered. */
    readonly lifeSeconds: number
    /** How fresh a passcode must be for setting, changing or removing a factor, and for removing a device. */
    readonly changeSeconds: number
  }
  readonly approval: {
    /** From the challenge to the last use of what was approved. At most 300. */
    readonly lifeSeconds: number
    /** Of one device, waiting for its user at the same time. */
    readonly open: number
    /** Of one user, waiting for operators at the same time. */
    readonly held: number
    /** Challenges per device and minute. */
    readonly perMinute: number
  }
  /** How long a newly bound device is told to backends as cooling: limits should be low (docs/protocol.md 14). */
  readonly coolingSeconds: number
  /** How long after an unlock a phone may open its offline store; 0: never. */
  readonly offlineSeconds: number
  readonly certificate: {
    readonly lifeSeconds: number
    /** Per device. */
    readonly perHour: number
  }
  readonly sealing: {
    /** How often a new key comes; the one before still opens for as long again, and then nobody can. */
    readonly rotateSeconds: number
    /** Messages that do not open, per remote address and minute, in one process; many phones may be behind one address. */
    readonly refusedPerMinute: number
  }
  readonly statementSeconds: number
  /** Requests to enrolment and challenge per remote address and minute. */
  readonly anonymousPerMinute: number
}

export const defaultPolicy: Policy = {
  activation: { lifeSeconds: 600, tries: 5 },
  oneTimeText: { lifeSeconds: 600, tries: 5, triesWindowSeconds: 600 },
  challengeLifeSeconds: 300,
  devicesPerUser: 5,
  session: { accessSeconds: 120, maxSeconds: 1800, idleSeconds: 300, unlocksPerMinute: 30, graceSeconds: 10 },
  repeatSeconds: 600,
  idempotency: { lifeSeconds: 86_400, answerBytes: 262_144, leaseSeconds: 90 },
  passcode: {
    tries: 5,
    lockSeconds: [60, 300, 1800, 7200, 86_400],
    accountTries: 20,
    accountWindowSeconds: 2_592_000,
    loginSeconds: 120,
  },
  factor: { lifeSeconds: 120, changeSeconds: 300 },
  approval: { lifeSeconds: 300, open: 5, held: 20, perMinute: 20 },
  coolingSeconds: 86_400,
  offlineSeconds: 0,
  certificate: { lifeSeconds: 259_200, perHour: 12 },
  sealing: { rotateSeconds: 3600, refusedPerMinute: 600 },
  statementSeconds: 3600,
  anonymousPerMinute: 30,
}
