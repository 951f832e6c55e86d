/** Payments of many phones, sealed, signed by their device keys and approved by their presence keys. Runs in the load process. */

import { createHash, createPrivateKey, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import {
  type ApprovalChallenge,
  type ApprovalDemand,
  approvalField,
  approvalInput,
  approvalStatement,
  fromBase64url,
  fromUtf8,
} from '@holdfast/core'
import type { BinaryResponse, KeyConfiguration } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { bodyOf } from '../connection.ts'
import { configurationOf, seal } from '../sealed.ts'
import { signatureFields } from '../signed.ts'
import type { Phone } from '../signed.ts'
import { WrongAnswer } from '../dialogue.ts'
import type { Dialogue, Send, Speaker } from '../target.ts'
import { transferOf } from './payer.ts'
import type { Payer } from './payer.ts'
import { transfersPath } from './settings.ts'

/** A phone whose user pays. `presence`: thumbprint and PKCS #8 (PEM) of the key his finger opens. */
export interface PayingPhone extends Phone {
  readonly presence: { readonly thumbprint: string; readonly privateKey: string }
  readonly payer: Payer
}

/** State of the speaker. */
export interface TransferTraffic {
  readonly origin: string
  /** A key configuration of the statement, b64u. */
  readonly config: string
  /** Whether an approval has to be asked for. */
  readonly asked: boolean
  /** One for each caller. */
  readonly phones: readonly PayingPhone[]
}

type Fields = ReadonlyArray<readonly [string, string]>
type Answered = BinaryResponse & { readonly json: Readonly<Record<string, unknown>> }
/** A call under the phone's access token, signed by its device key, and sealed. */
type Call = (path: string, body: string, more: Fields) => Promise<Answered>

function callsOf(phone: PayingPhone, origin: string, configuration: KeyConfiguration, send: Send): Call {
  const { accessToken, device } = phone
  const key = createPrivateKey(device.privateKey)
  return async (path, body, more) => {
    const digest = createHash('sha256').update(body).digest('base64')
    const fields = new Map([
      ['authorization', `Holdfast ${accessToken}`],
      ['content-type', 'application/json'],
      ['content-digest', `sha-256=:${digest}:`],
      ...more,
    ])
    const message = { method: 'POST', targetUri: origin + path, fields }
    for (const [name, value] of signatureFields(message, device.thumbprint, key)) fields.set(name, value)
    const { bytes, open } = await seal({ origin, method: 'POST', path, body }, fields, configuration)
    const answer = await send(bytes)
    if (answer.status !== 200) throw new WrongAnswer(answer.status, answer.text)
    const inside = await open(bodyOf(answer))
    return { ...inside, json: JSON.parse(fromUtf8(inside.body)) as Answered['json'] }
  }
}

function expectStatus({ status, json }: Answered, expected: number): void {
  if (status !== expected) throw new WrongAnswer(status, JSON.stringify(json))
}

async function evidenceOf(
  { presence }: PayingPhone,
  key: KeyObject,
  { challenge, claims }: { readonly challenge: string; readonly claims: ApprovalChallenge },
): Promise<string> {
  const statement = await approvalStatement({ challenge, claims, acr: 'presence' }, nodeCrypto)
  const input = approvalInput(presence.thumbprint, statement)
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

/** One payment from the first request to the answer of the ledger. */
function paying(phone: PayingPhone, { asked }: TransferTraffic): (call: Call) => Promise<void> {
  const body = transferOf(phone.payer)
  const presenceKey = createPrivateKey(phone.presence.privateKey)
  return async (call) => {
    const key = ['idempotency-key', randomBytes(16).toString('base64url')] as const
    const first = await call(transfersPath, body, [key])
    if (!asked) return expectStatus(first, 201)
    expectStatus(first, 403)
    const { challenge } = first.json['approval'] as ApprovalDemand
    const [, payload = ''] = challenge.split('.')
    // The service's word is not doubted here: what that costs a phone is in the rows of one.
    const claims = JSON.parse(fromUtf8(fromBase64url(payload))) as ApprovalChallenge
    const evidence = await evidenceOf(phone, presenceKey, { challenge, claims })
    const proof = JSON.stringify({ kind: 'key', evidence })
    expectStatus(await call(`/holdfast/approvals/${claims.jti}`, proof, []), 200)
    expectStatus(await call(transfersPath, body, [key, [approvalField, claims.jti]]), 201)
  }
}

function dialogueOf(phone: PayingPhone, traffic: TransferTraffic): Dialogue {
  const { origin, config } = traffic
  const configuration = configurationOf(config)
  const pay = paying(phone, traffic)
  return (send) => pay(callsOf(phone, origin, configuration, send))
}

export function speak(state: unknown): Dialogue[] {
  const traffic = state as TransferTraffic
  return traffic.phones.map((phone) => dialogueOf(phone, traffic))
}

export function stranger(state: unknown): Dialogue {
  const traffic = state as TransferTraffic
  const [phone, other] = traffic.phones
  if (phone === undefined || other === undefined) throw new TypeError('too few phones')
  const device = { ...phone.device, privateKey: other.device.privateKey }
  return dialogueOf({ ...phone, device }, traffic)
}
;({ speak, stranger }) satisfies Speaker
