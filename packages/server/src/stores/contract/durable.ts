import type { DurableStore } from '../../store.ts'
import { approvalContract } from './approval.ts'
import { auditContract } from './audit.ts'
import { claimContract } from './claim.ts'
import { deviceContract } from './device.ts'
import { enrolmentContract } from './enrolment.ts'
import { emptyStoreContract } from './empty.ts'
import { factorContract } from './factor.ts'
import { passcodeContract } from './passcode.ts'
import { presenceContract } from './presence.ts'
import type { TestRunner } from './runner.ts'
import { sessionContract } from './session.ts'
import { shareContract } from './share.ts'

/**
 * Yields handles on one and the same store that has never been written to, one for each node: two where the store serves
 * several. Called once; whoever makes them closes them.
 */
export type MakeDurable = () => Promise<readonly DurableStore[]>

/** The suite every durable store has to pass. Pass the test runner's own functions: `{ describe, it, expect }`. */
export function durableContract(title: string, make: MakeDurable, runner: TestRunner): void {
  let made: Promise<readonly DurableStore[]> | undefined
  const nodes = () => (made ??= make())
  runner.describe(`${title}: durable store contract`, () => {
    // First of all, while nothing has been written.
    emptyStoreContract(nodes, runner)
    enrolmentContract(nodes, runner)
    deviceContract(nodes, runner)
    sessionContract(nodes, runner)
    claimContract(nodes, runner)
    factorContract(nodes, runner)
    auditContract(nodes, runner)
    presenceContract(nodes, runner)
    shareContract(nodes, runner)
    passcodeContract(nodes, runner)
    approvalContract(nodes, runner)
  })
}
