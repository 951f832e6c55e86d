import type { Records } from './records.ts'
import type { ApprovalStore } from '../../store-approvals.ts'

const notWritten = (): Promise<never> => Promise.reject(new TypeError('not written'))

export function approvalActs(_records: Records): ApprovalStore {
  return {
    addApproval: notWritten,
    findApproval: notWritten,
    listApprovals: notWritten,
    approve: notWritten,
    declineApproval: notWritten,
    holdApproval: notWritten,
    decideHold: notWritten,
    listHoldDecisions: notWritten,
    spendApproval: notWritten,
    weighTransfers: notWritten,
    settleApproval: notWritten,
    transferHabits: notWritten,
    countFailures: notWritten,
  }
}
