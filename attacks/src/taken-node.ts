/** A node of the service that somebody took over: it has the token key, and signs in the service’s name what he likes. */
import type { Approve } from '@holdfast/client'
import type { Rewrite, VirtualPhone } from '@holdfast/client/testing'
import {
  type ApprovalChallenge,
  type ApprovalDemand,
  decodeJws,
  fieldsOf,
  HoldfastError,
  parseProblem,
  problemField,
  problemOf,
  problemType,
  signAnswer,
  signChallenge,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { refusalOf } from './app.ts'
import type { OwnBank } from './own-bank.ts'
import { rightPasscode } from './passcode.ts'
import type { Payment } from './payment.ts'
import { streamOf, textOf } from './stream.ts'
import type { Target } from './target.ts'
import { openVaultApp } from './vault.ts'

type Answering = NonNullable<Rewrite['answer']>
type NetworkAnswer = Parameters<Answering>[0]
type Outgoing = Parameters<Answering>[1]

/** What a challenge says. */
export function claimsOf({ challenge }: ApprovalDemand): ApprovalChallenge {
  return decodeJws('hf-challenge+jwt', challenge)?.payload as ApprovalChallenge
}

export async function signedChallenge({ keys }: OwnBank, claims: ApprovalChallenge): Promise<string> {
  const { kid, privateKey } = keys.token()
  return signChallenge(claims, kid, privateKey, nodeCrypto)
}

/** The refusal that brings this demand, as the service itself would answer this request. */
async function refusalWith(
  { keys, now }: OwnBank,
  request: Outgoing,
  approval: ApprovalDemand,
): Promise<NetworkAnswer> {
  const status = 403
  const error = new HoldfastError('approval_required', { approval })
  const body = utf8(JSON.stringify(problemOf(error, status)))
  const { kid, privateKey: key } = keys.token()
  const message = { method: request.method, targetUri: request.url, fields: fieldsOf(request.fields) }
  const created = Math.floor(now() / 1000)
  const said = { author: 'service', status, contentType: problemType, body, created, key, kid } as const
  const signed = await signAnswer({ ...said, request: message }, nodeCrypto)
  const fields = [['content-type', problemType], [problemField, error.code], ...Object.entries(signed)]
  return { status, rawFields: fields.flat(), body: streamOf(body) }
}

/** From now on each demand reaches the phone as `change` makes it: signed by the node, or only written over by a proxy. */
function rewriteDemands(
  bank: OwnBank,
  { network }: VirtualPhone,
  by: 'node' | 'proxy',
  change: (demand: ApprovalDemand) => Promise<ApprovalDemand>,
): void {
  network.rewrite({
    async answer(answer, request) {
      if (answer.status !== 403) return answer
      const text = await textOf(answer.body)
      const demand = parseProblem(text)?.approval
      if (demand === undefined) return { ...answer, body: streamOf(text) }
      const changed = await change(demand)
      if (by === 'node') return refusalWith(bank, request, changed)
      return { ...answer, body: streamOf(JSON.stringify({ ...JSON.parse(text), approval: changed })) }
    },
  })
}

export type ShownAndSaid = {
  /** What the app showed its user, line by line. */
  readonly shown: readonly string[]
  /** What the app ended with; null: it was paid. */
  readonly code: string | null
}

/** The product's own app, whose user says yes to what he is shown first. */
export type Payer = {
  readonly pay: (
    payment: Payment,
    by: 'node' | 'proxy',
    change: (demand: ApprovalDemand) => Promise<ApprovalDemand>,
  ) => Promise<ShownAndSaid>
}

export async function openPayer(target: Target, bank: OwnBank): Promise<Payer> {
  let shown: string[] = []
  const approve: Approve = async ({ lines }) => {
    shown.push(lines.map(({ value }) => value).join(', '))
    return shown.length > 1 ? null : { passcode: rightPasscode }
  }
  const testing = await target.load('@holdfast/client/platforms/testing/index.js')
  const { handlerNetwork } = testing as typeof import('@holdfast/client/testing')
  const network = handlerNetwork(bank.handle)
  const { phone, session } = await openVaultApp(target, { approve, world: bank, phone: { network } })
  const headers = { 'content-type': 'application/json' }
  return {
    async pay(payment, by, change) {
      shown = []
      rewriteDemands(bank, phone, by, change)
      const body = JSON.stringify(payment)
      const code = await refusalOf(session.fetch('/pay', { method: 'POST', headers, body }))
      return { shown, code }
    },
  }
}
