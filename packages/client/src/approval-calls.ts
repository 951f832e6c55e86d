/** The calls of approvals (docs/protocol.md 9.4): what waits for its user, his yes and his no. */
import {
  approvalPaths,
  type ApprovalLine,
  type ApprovalProof,
  type ApprovalReason,
  type ApprovalState,
  HoldfastError,
  parseApprovalAnswer,
  parseApprovalList,
} from '@holdfast/core'
import { readSigned } from './answer.ts'
import { callWithToken, type TokenCall } from './call.ts'
import type { Calling } from './prompt.ts'
import { jsonDraft } from './request.ts'
import type { Service } from './statement.ts'

export type ListedApproval = {
  readonly id: string
  /** `held`: somebody at the bank decides. `released`: the same request may be sent again under {@link ListedApproval.id}. */
  readonly state: ApprovalState
  readonly title: string
  readonly lines: readonly ApprovalLine[]
  /** Why it is held or was refused. */
  readonly reasons: readonly ApprovalReason[]
  /** Milliseconds since 1970 by the service's clock, as `expiresAt`. */
  readonly createdAt: number
  readonly expiresAt: number
}

async function urlOf(service: Service): Promise<string> {
  const { statement } = await service.statement()
  return service.origin + statement.endpoints.approvals + approvalPaths.approvals
}

function own(
  service: Service,
  standing: Calling,
  call: Pick<TokenCall<unknown>, 'draft' | 'signer'>,
): Promise<unknown> {
  return callWithToken(service, standing, {
    ...call,
    timeoutCovers: 'answer',
    accept: (answer, sent) => readSigned(answer, sent, service.trust),
  })
}

const empty = { fields: [], body: new Uint8Array(0) } as const

export async function listApprovals(service: Service, standing: Calling): Promise<ListedApproval[]> {
  const draft = { method: 'GET', url: await urlOf(service), ...empty }
  const { approvals } = parseApprovalList(await own(service, standing, { draft, signer: 'any' }))
  return approvals.map(({ id, state, title, lines, reasons, created, expires }) => {
    return { id, state, title, lines, reasons, createdAt: created * 1000, expiresAt: expires * 1000 }
  })
}

/** Rejects with `passcode_refused`, `presence_refused`, `approval_refused`, `approval_expired`. */
export async function proveApproval(
  service: Service,
  standing: Calling,
  id: string,
  proof: ApprovalProof,
): Promise<void> {
  const draft = jsonDraft(`${await urlOf(service)}/${id}`, proof)
  const { state } = parseApprovalAnswer(await own(service, standing, { draft, signer: 'device' }))
  if (state !== 'approved') throw new HoldfastError('answer_refused')
}

export async function declineApproval(service: Service, standing: Calling, id: string): Promise<void> {
  const draft = { method: 'DELETE', url: `${await urlOf(service)}/${id}`, ...empty }
  await own(service, standing, { draft, signer: 'device' })
}
