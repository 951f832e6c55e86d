/** Transfers to be approved, users who answer, and a service that says something else than it should, and signs that. */
import {
  type ApprovalChallenge,
  type ApprovalDemand,
  fieldsOf,
  fromUtf8,
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
import type { Deployment } from '@holdfast/server'
import { isRefusal, readWhole, streamOf } from '../src/answer.ts'
import type { ApprovalRequest, Approve } from '../src/approval.ts'
import type { FetchInit } from '../src/fetch.ts'
import type { NetworkAnswer, Outgoing } from '../src/ports.ts'
import { secured, type SecuredOptions } from './factor.ts'
import { to, type Unlocked, type World } from './rig.ts'

type Rule = Deployment['routes'][number]
type Form = NonNullable<Rule['approve']>

const fields: Extract<Form['fields'][number], { type: 'rows' }>['fields'] = [
  { name: 'name', label: 'To', type: 'name' },
  { name: 'iban', label: 'Account', type: 'iban' },
  { name: 'amount', label: 'Amount', type: 'money', currencies: ['EUR'] },
]

function approved(path: string, approve: Form): Rule {
  return { path, methods: ['POST'], policy: 'signed', signer: 'any', fields: [], approve }
}

export const transferRoutes = (acr: Form['acr'] = 'presence'): Rule[] => [
  approved('/transfers', { title: 'Transfer', acr, fields }),
]
/** For a service that has rules about where money goes. */
export const bankRoutes: Rule[] = [
  approved('/transfers', {
    title: 'Transfer',
    acr: 'presence',
    fields,
    transfer: { amount: 'amount', payee: 'iban' },
  }),
  approved('/batch', {
    title: 'Transfers',
    acr: 'passcode',
    fields: [{ name: 'payments', label: 'Payments', type: 'rows', most: 50, fields, total: 'amount' }],
    transfer: { rows: 'payments', amount: 'amount', payee: 'iban' },
  }),
]

export const transfer = {
  amount: { currency: 'EUR', value: '12.50' },
  iban: 'DE89370400440532013000',
  name: 'Maria Lindqvist',
} as const

export function init(more: FetchInit = {}): FetchInit {
  const headers = { 'content-type': 'application/json' }
  return { method: 'POST', headers, body: JSON.stringify(transfer), ...more }
}

export type Asked = Unlocked & { readonly shown: ApprovalRequest[] }

/** A device with a passcode, and a user who answers so each time he is asked to approve. */
export async function approving(answer: Approve, options: SecuredOptions = {}): Promise<Asked> {
  const shown: ApprovalRequest[] = []
  const approve: Approve = (request) => {
    shown.push(request)
    return answer(request)
  }
  const client = { approve, ...options.client }
  return { ...(await secured({ routes: transferRoutes(), ...options, client })), shown }
}

export const pay = ({ session }: Pick<Unlocked, 'session'>, more?: FetchInit): Promise<Response> =>
  session.fetch('/transfers', init(more))
export const paid = ({ world }: Pick<Unlocked, 'world'>): string[] =>
  world.executed.filter((line) => line.startsWith('POST /transfers'))

/** As the service itself says it, to this request. */
async function signedAnswer(
  { deployment }: World,
  request: Outgoing,
  { status, contentType, json }: { status: number; contentType: string; json: unknown },
): Promise<NetworkAnswer> {
  const body = utf8(JSON.stringify(json))
  const { kid, privateKey: key } = deployment.keys.token()
  const message = { method: request.method, targetUri: request.url, fields: fieldsOf(request.fields) }
  const created = Math.floor(deployment.clock.now() / 1000)
  const said = { author: 'service', status, contentType, body, created, key, kid } as const
  const signed = await signAnswer({ ...said, request: message }, nodeCrypto)
  const rawFields = [['content-type', contentType], ...Object.entries(signed)].flat()
  return { status, rawFields, body: streamOf(body) }
}

export function confirmation(world: World, request: Outgoing, json: unknown): Promise<NetworkAnswer> {
  return signedAnswer(world, request, { status: 200, contentType: 'application/json', json })
}

export async function refusal(world: World, request: Outgoing, error: HoldfastError): Promise<NetworkAnswer> {
  const said = { status: 403, contentType: problemType, json: problemOf(error, 403) }
  const answer = await signedAnswer(world, request, said)
  return { ...answer, rawFields: [...answer.rawFields, problemField, error.code] }
}

export function signedBy({ deployment }: World, claims: ApprovalChallenge): Promise<string> {
  const { kid, privateKey } = deployment.keys.token()
  return signChallenge(claims, kid, privateKey, nodeCrypto)
}

/** What a challenge says, whoever signed it. */
export function claimsOf({ challenge }: ApprovalDemand): ApprovalChallenge {
  return JSON.parse(Buffer.from(challenge.split('.')[1] ?? '', 'base64url').toString()) as ApprovalChallenge
}

export type Change = (demand: ApprovalDemand, nth: number) => ApprovalDemand | Promise<ApprovalDemand>

/** From now on each demand is changed before the service signs the refusal that brings it. */
export function demanding({ world, phone }: Unlocked, change: Change): void {
  let nth = 0
  phone.network.rewrite({
    async answer(answer, request) {
      if (!to('/transfers')(request) || !isRefusal(answer)) return answer
      const body = await readWhole(answer)
      const { approval } = parseProblem(fromUtf8(body)) ?? {}
      if (approval === undefined) return { ...answer, body: streamOf(body) }
      const changed = await change(approval, nth++)
      return refusal(world, request, new HoldfastError('approval_required', { approval: changed }))
    },
  })
}

/** From now on the challenge says something else, and is signed as it should be. */
export function claiming(all: Unlocked, change: (claims: ApprovalChallenge) => ApprovalChallenge): void {
  demanding(all, async (demand) => ({
    ...demand,
    challenge: await signedBy(all.world, change(claimsOf(demand))),
  }))
}
