/** Calls under an access token: the app's own and those of sections 5 and 6 of the protocol. */
import {
  defaultRule,
  type ErrorCode,
  isSafeMethod,
  type RouteRule,
  type RouteSigner,
  type ServiceStatement,
  tokenScheme,
} from '@holdfast/core'
import type { Answer } from './answer.ts'
import { converse } from './exchange.ts'
import type { Outgoing } from './ports.ts'
import type { Calling } from './prompt.ts'
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
  /** `rule` is the one the request was sent by. */
  readonly accept: (answer: Answer, sent: Outgoing, rule: RouteRule) => Promise<Result>
}

/** How often one call asks for a factor: because the session ended, then because the route wants more; once more for good measure. */
const maxRenewals = 3

/**
 * Sent by {@link callUnder}; a refusal that a factor of the user puts right is put right, and the same draft goes again, under the same
 * Idempotency-Key.
 */
export async function callByRule<Result>(
  service: Service,
  standing: Calling,
  call: RuledCall<Result>,
): Promise<Result> {
  for (let renewals = 0; ; renewals++) {
    const sending = standing.sending()
    try {
      return await callUnder(service, sending.family, call)
    } catch (error) {
      if (renewals === maxRenewals) throw error
      call.signal?.throwIfAborted()
      await standing.renew(sending, error)
    }
  }
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

export type TokenCall<Result> = Omit<RuledCall<Result>, 'rule' | 'sealing'> & { readonly signer: RouteSigner }

/** A call to the service itself: always signed, and sealed when the service can open it. */
export function callWithToken<Result>(
  service: Service,
  standing: Calling,
  { signer, ...call }: TokenCall<Result>,
): Promise<Result> {
  const rule = (): RouteRule => ({ ...defaultRule, signer })
  return callByRule(service, standing, { ...call, rule, sealing: 'offered' })
}
