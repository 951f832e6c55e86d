/** Transfers straight to the ledger, signed as a gateway signs them (docs/protocol.md 7). Runs in the load process. */

import { createHash, createHmac, randomBytes } from 'node:crypto'
import { forwardBase, forwardLabel, identityFields } from '@holdfast/core'
import { upstream } from '../place.ts'
import { requestText } from '../signed.ts'
import { WrongAnswer } from '../dialogue.ts'
import type { Dialogue, Speaker } from '../target.ts'
import { transferOf } from './payer.ts'
import type { Payer } from './payer.ts'
import { transfersPath } from './settings.ts'

/** State of the speaker. */
export interface DirectTraffic {
  readonly secret: string
  /** One for each caller. */
  readonly payers: readonly Payer[]
}

const call = { origin: 'http://127.0.0.1', method: 'POST', path: transfersPath } as const

function requestOf(payer: Payer, secret: string): Uint8Array {
  const body = transferOf(payer)
  const identity = {
    user: payer.user,
    device: 'device',
    session: 'session',
    acr: 'urn:holdfast:device',
    authTime: Math.floor(Date.now() / 1000),
  }
  const fields = new Map([
    ['content-digest', `sha-256=:${createHash('sha256').update(body).digest('base64')}:`],
    ['content-type', 'application/json'],
    ...identityFields(identity, upstream),
    ['idempotency-key', randomBytes(16).toString('base64url')],
  ])
  const message = { method: call.method, target: call.path, fields }
  const { base, input } = forwardBase(message, [], {
    created: identity.authTime,
    nonce: randomBytes(16).toString('base64url'),
    keyid: upstream,
    algorithm: 'hmac-sha256',
  })
  const signature = createHmac('sha256', secret).update(base, 'latin1').digest('base64')
  fields.set('signature-input', `${forwardLabel}=${input}`)
  fields.set('signature', `${forwardLabel}=:${signature}:`)
  return requestText({ ...call, body }, fields)
}

function paying(payer: Payer, secret: string): Dialogue {
  return async (send) => {
    const { status, text } = await send(requestOf(payer, secret))
    if (status !== 201) throw new WrongAnswer(status, text)
  }
}

export function speak(state: unknown): Dialogue[] {
  const { secret, payers } = state as DirectTraffic
  return payers.map((payer) => paying(payer, secret))
}

export function stranger(state: unknown): Dialogue {
  const { secret, payers } = state as DirectTraffic
  const [payer] = payers
  if (payer === undefined) throw new TypeError('nobody pays')
  return paying(payer, secret.toUpperCase())
}
;({ speak, stranger }) satisfies Speaker
