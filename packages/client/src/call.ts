/** Calls under an access token: the app's own and those of sections 5 and 6 of the protocol. */
import {
  type ApprovalDemand,
  approvalField,
  defaultRule,
  type ErrorCode,
  HoldfastError,
  isSafeMethod,
  type RouteRule,
  type RouteSigner,
  type ServiceStatement,
  tokenScheme,
} from '@holdfast/core'
import type { Answer } from './answer.ts'
import { converse } from './exchange.ts'
import type { Outgoing } from './ports.ts'
import type { Calling, Unapproved } from './prompt.ts'
import { type Draft, sign } from './request.ts'
import type { Manner, Sealing } from './sealed.ts'
import type { Family } from './session.ts'
import type { Service } from './statement.ts'

export type RuledCall<Result> = {
  readonly draft: Draft
  readonly rule: (statement: ServiceStatement) => RouteRule
  /** A rule may demand more. */
  readonly sealing: Sealing
  readonly timeoutCovers: 'head' | 'answer'
  readonly signal?: AbortSignal
  /** Whether the user is asked to approve it when the service wants that: never of the calls approving itself makes. */
  readonly approvable: boolean
  /** `rule` is the one the request was sent by. */
  readonly accept: (answer: Answer, sent: Outgoing, rule: RouteRule) => Promise<Result>
}

/** How often one call asks for a factor: because the session ended, then because the route wants more; once more for good measure. */
const maxRenewals = 3
/** How often one call is approved: what was approved may be over when it is sent again. */
const maxApprovals = 2

/** Goes under this approval, and no other. */
export function approvedDraft(draft: Draft, id: string): Draft {
  const others = draft.fields.filter(([name]) => name !== approvalField)
  return { ...draft, fields: [...others, [approvalField, id]] }
}

function demandOf(refusal: unknown): ApprovalDemand | null {
  if (!(refusal instanceof HoldfastError) || refusal.code !== 'approval_required') return null
  return refusal.approval ?? null
}

/**
 * Sent by {@link callUnder}; a refusal that a factor or an approval of the user puts right is put right, and the same draft goes again,
 * under the same Idempotency-Key.
 */
export async function callByRule<Result>(
  service: Service,
  standing: Calling,
  call: RuledCall<Result>,
): Promise<Result> {
  const { approvable, signal } = call
  let { draft } = call
  let renewals = 0
  let approvals = 0
  for (;;) {
    const sending = standing.sending()
    try {
      return await callUnder(service, sending.family, { ...call, draft })
    } catch (error) {
      const demand = approvable ? demandOf(error) : null
      if (demand === null ? renewals++ === maxRenewals : approvals++ === maxApprovals) throw error
      signal?.throwIfAborted()
      if (demand === null) await standing.renew(sending, error)
      else draft = await approve(standing, { draft, demand, ...(signal && { signal }) }, error)
    }
  }
}

/** Rejects with the refusal where there is nobody to ask. */
async function approve(standing: Calling, unapproved: Unapproved, refusal: unknown): Promise<Draft> {
  const id = await standing.approve(unapproved)
  if (id === null) throw refusal
  return approvedDraft(unapproved.draft, id)
}

/**
 * Each try has a new signature and the token of the moment; an Idempotency-Key in the draft stays what it is. The rule is read
 * again for the statement the request leaves under: renewing a token, or any other call, may have brought a newer one.
 */
async function callUnder<Result>(service: Service, family: Family, call: RuledCall<Result>): Promise<Result> {
  const { draft, signal, accept } = call
  let rule = defaultRule
  let token = ''
  let sentOpenly = false

  function follow(statement: ServiceStatement): RouteRule {
    rule = call.rule(statement)
    sentOpenly ||= rule.policy === 'open'
    return rule
  }
  const currentRule = async (): Promise<RouteRule> => follow((await service.statement()).statement)

  return converse(service, {
    async prepare(): Promise<Outgoing> {
      if ((await currentRule()).policy === 'open') return draft
      token = await family.token(service)
      const { signer, fields: routeFields } = await currentRule()
      const fields = [...draft.fields, ['authorization', `${tokenScheme} ${token}`] as const]
      const key = signer === 'device' ? family.deviceKey : family.sessionKey()
      return sign(service, { ...draft, fields, routeFields }, key)
    },
    manner(statement): Manner {
      const { policy, answer } = follow(statement)
      return {
        sealing: policy === 'sealed' ? 'always' : call.sealing,
        // An answer that is proven as a whole is of use when all of it has come.
        timeoutCovers: answer === 'signed' ? 'answer' : call.timeoutCovers,
      }
    },
    accept: (answer, sent) => accept(answer, sent, rule),
    // Nothing guards an open route against running twice, so an unsafe request is sent there once.
    get repeatable(): boolean {
      return !sentOpenly || isSafeMethod(draft.method)
    },
    ...(signal === undefined ? {} : { signal }),
    async again(code: ErrorCode): Promise<void> {
      if (code === 'token_expired' || code === 'token_invalid' || code === 'token_missing')
        await family.renew(service, token)
      if (code === 'certificate_refused') await family.recertify(service, token)
    },
    refused: (code) => family.refused(code),
  })
}

export type TokenCall<Result> = Omit<RuledCall<Result>, 'rule' | 'sealing' | 'approvable'> & {
  readonly signer: RouteSigner
}

/** A call to the service itself: always signed, and sealed when the service can open it. */
export function callWithToken<Result>(
  service: Service,
  standing: Calling,
  { signer, ...call }: TokenCall<Result>,
): Promise<Result> {
  const rule = (): RouteRule => ({ ...defaultRule, signer })
  return callByRule(service, standing, { ...call, rule, sealing: 'offered', approvable: false })
}
