/** Calls under an access token: the app's own and those of sections 5 and 6 of the protocol. */
import { type ErrorCode, type RouteSigner, tokenScheme } from '@holdfast/core'
import { converse } from './exchange.ts'
import type { NetworkAnswer, Outgoing } from './ports.ts'
import { type Draft, sign } from './request.ts'
import type { Family } from './session.ts'
import type { Service } from './statement.ts'

export type TokenCall<Result> = {
  readonly draft: Draft
  readonly signer: RouteSigner
  readonly timeoutCovers: 'head' | 'answer'
  readonly signal?: AbortSignal
  readonly accept: (answer: NetworkAnswer, sent: Outgoing) => Promise<Result>
}

/** Each try has a new signature and the token of the moment; an Idempotency-Key in the draft stays what it is. */
export async function callWithToken<Result>(
  service: Service,
  family: Family,
  call: TokenCall<Result>,
): Promise<Result> {
  const { draft, signer, timeoutCovers, signal, accept } = call
  let token = ''
  return converse(service, {
    async prepare(): Promise<Outgoing> {
      token = await family.token(service)
      const fields = [...draft.fields, ['authorization', `${tokenScheme} ${token}`] as const]
      const key = signer === 'device' ? family.deviceKey : family.sessionKey()
      return sign(service, { ...draft, fields }, key)
    },
    accept,
    repeatable: true,
    timeoutCovers,
    ...(signal === undefined ? {} : { signal }),
    async again(code: ErrorCode): Promise<void> {
      if (code === 'token_expired' || code === 'token_invalid' || code === 'token_missing')
        await family.renew(service, token)
    },
    refused: (code) => family.refused(code),
  })
}
