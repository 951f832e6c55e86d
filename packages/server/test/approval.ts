/** A bank whose payments are approved, and customers who approve them, or cheat. */
import {
  approvalInput,
  approvalStatement,
  type ApprovalChallenge,
  type ApprovalDemand,
  type ApprovalStatement,
  contentDigest,
  fieldsOf,
  HoldfastError,
  type PrivateKey,
  signingKey,
  signRequest,
  toBase64url,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Approved } from '../src/approval.ts'
import type { ApprovalForm } from '../src/approval-form.ts'
import type { Deployment, ServerRule } from '../src/deployment.ts'
import { parseHead, type RequestHead } from '../src/head.ts'
import { defaultPolicy, type Policy } from '../src/policy.ts'
import type { TransferPolicy } from '../src/transfer-rules.ts'
import { assertPasskey, type Ceremony } from './authenticator.ts'
import {
  begin,
  deliver,
  finishBody,
  openHouse,
  type OpenHouse,
  type Phone,
  phoneWithPasscode,
  signed,
  told,
  type Told,
} from './passcode.ts'
import { bindPresence, type Bound, web } from './presence.ts'
import { origin, payloadOf, send } from './stage.ts'

export const transferForm: ApprovalForm = {
  title: 'Send money',
  acr: 'presence',
  fields: [
    { name: 'amount', label: 'Amount', type: 'money', currencies: ['EUR'] },
    { name: 'payee', label: 'To', type: 'name' },
    { name: 'account', label: 'Account', type: 'iban' },
    { name: 'reference', label: 'Reference', type: 'text', most: 140, optional: true },
  ],
  transfer: { amount: 'amount', payee: 'account' },
}
export const cardForm: ApprovalForm = {
  title: 'Lift the card limit',
  acr: 'passcode',
  fields: [{ name: 'card', label: 'Card', type: 'id' }],
}
const route = (path: string, form: ApprovalForm): ServerRule => ({
  path,
  methods: ['POST'],
  policy: 'signed',
  signer: 'any',
  fields: [],
  approve: form,
})
export const routes: readonly ServerRule[] = [
  route('/transfers', transferForm),
  route('/instant', transferForm),
  route('/card-limits', cardForm),
]

export const noRules: TransferPolicy = {
  currency: 'EUR',
  rules: [],
  habitDays: 90,
  releases: 2,
  holdSeconds: 86_400,
  releasedSeconds: 3600,
}

/** Long sessions, and no rates but those a test is about. */
const patient: Partial<Policy> = {
  session: {
    ...defaultPolicy.session,
    accessSeconds: 864_000,
    maxSeconds: 864_000,
    idleSeconds: 864_000,
    unlocksPerMinute: 10_000,
  },
  approval: { ...defaultPolicy.approval, open: 1000, perMinute: 10_000 },
}

export function openBank(
  transfers: Partial<TransferPolicy> = {},
  { policy = {}, parts = {} }: { policy?: Partial<Policy>; parts?: Partial<Deployment> } = {},
): Promise<OpenHouse> {
  const deployment = { web, routes, transfers: { ...noRules, ...transfers }, ...parts }
  return openHouse({ ...patient, ...policy }, deployment)
}

export const passcode = '739164'

export type Customer = {
  readonly phone: Phone
  readonly record: string
  readonly authorization: string
  readonly bound: Bound | null
}

export async function newCustomer(
  bank: OpenHouse,
  { user = 'maria', presence }: { user?: string; presence?: 'key' | 'passkey' } = {},
): Promise<Customer> {
  const { phone, record, tokens } = await phoneWithPasscode(bank, passcode, { user })
  const { access_token: authorization } = tokens
  const bound = presence === undefined ? null : await bindPresence(bank, { phone, authorization }, presence)
  return { phone, record, authorization, bound }
}

/** Payments in EUR to accounts that exist in no bank. */
export const payment = {
  amount: { currency: 'EUR', value: '12.50' },
  payee: 'Erika Muster',
  account: 'DE89370400440532013000',
}
export const otherAccount = 'GB82WEST12345698765432'

let keys = 0
export const newIdempotencyKey = (): string => `idempotency-key-${++keys}`

export type Order = { readonly head: RequestHead; readonly body: Uint8Array }
export type OrderInput = {
  readonly body?: unknown
  readonly target?: string
  readonly key?: string
  readonly approval?: string
  readonly type?: string
  readonly remote?: string
  readonly replyKey?: string
}

/** One signed request to a route with a form. */
export async function orderOf(bank: OpenHouse, customer: Customer, input: OrderInput = {}): Promise<Order> {
  const { target = '/transfers', key = newIdempotencyKey(), approval } = input
  const { body: said = payment, type = 'application/json', remote = '192.0.2.1', replyKey } = input
  const body = utf8(typeof said === 'string' ? said : JSON.stringify(said))
  const { thumbprint, privateKey } = customer.phone.key
  const fields: Array<[string, string]> = [
    ['content-digest', await contentDigest(body, nodeCrypto)],
    ['content-type', type],
    ['authorization', `Holdfast ${customer.authorization}`],
    ['idempotency-key', key],
    ...(approval === undefined ? [] : [['holdfast-approval', approval] as [string, string]]),
    ...(replyKey === undefined ? [] : [['holdfast-reply-key', replyKey] as [string, string]]),
  ]
  const message = { method: 'POST', targetUri: origin + target, fields: fieldsOf(fields) }
  const created = Math.floor(bank.stage.deployment.clock.now() / 1000)
  const signer = signingKey(thumbprint, privateKey, nodeCrypto)
  const signature = await signRequest({ message, routeFields: [], created, key: signer }, nodeCrypto)
  const raw = [...fields, ...Object.entries(signature)].flat()
  return { head: parseHead('POST', target, raw, remote), body }
}

/** As the gateway takes it, without a claim: so that nothing but the approval keeps it from being sent twice. */
export async function take({ server }: OpenHouse, { head, body }: Order): Promise<Approved> {
  const rule = server.rule(head)
  if (rule.approve === undefined) throw new Error('no form')
  const verified = await server.verify(head, rule)
  server.verifyBody(verified, body)
  return server.approvals.take(verified, rule.approve, body)
}

/** The refusal it gets. */
export async function refusalOf(run: Promise<unknown>): Promise<HoldfastError> {
  try {
    await run
  } catch (error) {
    if (error instanceof HoldfastError) return error
    throw error
  }
  throw new Error('not refused')
}

export type Demanded = ApprovalDemand & { readonly id: string; readonly claims: ApprovalChallenge }

export async function demand(bank: OpenHouse, order: Order): Promise<Demanded> {
  const { code, approval } = await refusalOf(take(bank, order))
  if (approval === undefined) throw new Error(`not asked: ${code}`)
  const claims = payloadOf(approval.challenge) as unknown as ApprovalChallenge
  return { ...approval, id: claims.jti, claims }
}

/** What a dishonest phone does otherwise. */
export type Twist = {
  readonly statement?: Partial<ApprovalStatement>
  readonly ceremony?: Partial<Ceremony>
  readonly kid?: string
  readonly signer?: { readonly thumbprint: string; readonly privateKey: PrivateKey }
}

type Way = 'key' | 'passkey' | 'passcode'

async function inputOf(
  { challenge, claims }: Demanded,
  way: Way,
  kid: string,
  twist: Twist,
): Promise<string> {
  const acr = way === 'passcode' ? 'passcode' : 'presence'
  const statement = await approvalStatement({ challenge, claims, acr }, nodeCrypto)
  return approvalInput(twist.kid ?? kid, { ...statement, ...twist.statement })
}

async function jwsOf(
  asked: Demanded,
  way: Way,
  key: NonNullable<Twist['signer']>,
  twist: Twist,
): Promise<string> {
  const { thumbprint, privateKey } = twist.signer ?? key
  const input = await inputOf(asked, way, thumbprint, twist)
  return `${input}.${toBase64url(nodeCrypto.sign(privateKey, utf8(input)))}`
}

export type ProofBody = { readonly kind: string; readonly evidence: string } & Record<string, unknown>

/** The body that approves. */
export async function proofOf(
  bank: OpenHouse,
  { phone, record, bound }: Customer,
  asked: Demanded,
  way: Way,
  twist: Twist = {},
): Promise<ProofBody> {
  if (way === 'key') {
    if (bound?.key === undefined) throw new Error('no presence key')
    return { kind: way, evidence: await jwsOf(asked, way, bound.key, twist) }
  }
  if (way === 'passkey') {
    if (bound?.passkey === undefined) throw new Error('no passkey')
    const evidence = await inputOf(asked, way, bound.passkey.id, twist)
    const ceremony: Ceremony = {
      challenge: nodeCrypto.sha256(utf8(evidence)),
      origin: web.origins[0],
      rpId: web.rpId,
      ...twist.ceremony,
    }
    return { kind: way, evidence, response: assertPasskey(bound.passkey, ceremony) }
  }
  const login = await begin(bank, phone, { record, passcode, approval: asked.id })
  const { ke3, proof } = await finishBody(login, phone)
  return { kind: way, evidence: await jwsOf(asked, way, phone.key, twist), login: login.login, ke3, proof }
}

/** The call that brings it. */
export async function prove(
  bank: OpenHouse,
  { phone, authorization }: Customer,
  id: string,
  body: unknown,
): Promise<Told> {
  return deliver(bank, await signed(bank, { key: phone.key, authorization }, `approvals/${id}`, body))
}

export async function approve(
  bank: OpenHouse,
  customer: Customer,
  asked: Demanded,
  way: Way = customer.bound === null ? 'passcode' : customer.bound.key === undefined ? 'passkey' : 'key',
): Promise<Told> {
  return prove(bank, customer, asked.id, await proofOf(bank, customer, asked, way))
}

/** Asked, approved, and signed again with the name of the approval. */
export async function approvedOrder(
  bank: OpenHouse,
  customer: Customer,
  input: OrderInput = {},
): Promise<Demanded & { readonly again: (other?: OrderInput) => Promise<Order> }> {
  const key = input.key ?? newIdempotencyKey()
  const asked = await demand(bank, await orderOf(bank, customer, { ...input, key }))
  const answer = await approve(bank, customer, asked)
  if (answer.status !== 200) throw new Error(`not approved: ${answer.error}`)
  const again = (other: OrderInput = {}): Promise<Order> =>
    orderOf(bank, customer, { ...input, key, approval: asked.id, ...other })
  return { ...asked, again }
}

/** A call of the customer's app without a body. */
export async function call(
  { stage, server }: OpenHouse,
  { phone, authorization }: Customer,
  method: 'GET' | 'DELETE',
  path: string,
): Promise<Told> {
  const { head } = await send(stage, phone.key, { method, target: `/holdfast/${path}`, authorization })
  return told(await server.answer(head, new Uint8Array()))
}

/** What the audit says of approvals and transfers, in order. */
export async function actions({ stage }: OpenHouse): Promise<string[]> {
  const entries = await stage.deployment.store.readAudit({ limit: 10_000 })
  return entries.map(({ action }) => action).filter((action) => /^(?:approval|transfer)\./.test(action))
}
