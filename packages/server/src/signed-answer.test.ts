import { fieldsOf, HoldfastError, utf8, type VerifiedAnswer, verifyAnswer } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { handle, type HandleOptions } from '@holdfast/server'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  createRig,
  enrol,
  origin,
  type Rig,
  seconds,
  signedFields,
  unlock,
  type Unlocked,
} from '../test/rig.ts'
import { createSign } from './signed-answer.ts'

let rig: Rig
let unlocked: Unlocked
let answer: () => Response
let runs: number

beforeEach(async () => {
  const rule = { path: '/a/*', policy: 'signed', signer: 'any', fields: [], answer: 'signed' } as const
  rig = await createRig({ routes: [rule] })
  unlocked = await unlock(rig, await enrol(rig, 'ann'))
  answer = () => Response.json({ cents: 100 })
  runs = 0
})

const options: HandleOptions = {
  bodyBytes: 1000,
  answerBytes: 1000,
  remote: '192.0.2.1',
  async next(): Promise<Response> {
    runs += 1
    return answer()
  },
}

type Sent = { readonly response: Response; readonly verified: () => Promise<VerifiedAnswer> }

/** The answer, and what a phone makes of it that asked for this and nothing else. */
async function send(method: string, target: string): Promise<Sent> {
  const key = method === 'POST' ? [['idempotency-key', 'k'.repeat(16)] as const] : []
  const fields = [['authorization', `Holdfast ${unlocked.tokens.access_token}`] as const, ...key]
  const body = new Uint8Array(0)
  const created = seconds(rig.clock)
  const signed = await signedFields({ method, target, key: unlocked.session, created, body, fields })
  const request = new Request(origin + target, { method, headers: Object.fromEntries(signed) })
  const response = await handle(rig.server, request, options)
  const { kid, verifyKey } = rig.deployment.keys.tokenKeys()[0] as ReturnType<
    typeof rig.deployment.keys.tokenKeys
  >[0]
  return {
    response,
    async verified(): Promise<VerifiedAnswer> {
      const received = fieldsOf(response.headers)
      expect(received.get('signature-input')).toContain(`keyid="${kid}"`)
      const content = new Uint8Array(await response.arrayBuffer())
      return verifyAnswer(
        { author: 'backend', status: response.status, fields: received, body: content },
        { method, targetUri: origin + target, fields: fieldsOf(signed) },
        verifyKey,
        nodeCrypto,
      )
    },
  }
}

describe('answers of a route that signs them', () => {
  it('are signed for their request', async () => {
    const { verified } = await send('GET', '/a/b')
    expect(await verified()).toMatchObject({ status: 200, body: utf8('{"cents":100}') })
  })

  it.each([
    ['without a type', () => new Response(new Uint8Array([1]))],
    ['without a body', () => new Response(null, { status: 204 })],
    [
      'with fields that are ours to say',
      () => new Response('a', { headers: { signature: 'mine', 'content-digest': 'mine' } }),
    ],
  ])('are signed %s', async (_name, made) => {
    answer = made
    await (await send('GET', '/a/b')).verified()
  })

  it('are signed anew when they are repeated', async () => {
    const first = await send('POST', '/a/b')
    const again = await send('POST', '/a/b')
    expect(runs).toBe(1)
    expect(again.response.headers.get('holdfast-repeated')).toBe('true')
    expect(again.response.headers.get('signature')).not.toBe(first.response.headers.get('signature'))
    expect((await again.verified()).body).toEqual((await first.verified()).body)
  })

  it('are plain on other routes', async () => {
    const { response } = await send('GET', '/b')
    expect(response.headers.get('signature')).toBeNull()
  })

  it('to HEAD are signed over no octets', async () => {
    answer = () => new Response('text of a GET')
    const { response, verified } = await send('HEAD', '/a/b')
    expect(response.headers.get('content-digest')).toBe(
      'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:',
    )
    expect((await verified()).body).toHaveLength(0)
  })

  it('are refused with a type that no signature base can hold', async () => {
    answer = () => new Response('a', { headers: { 'content-type': 'text/plain; name="caf\u00e9"' } })
    const { response } = await send('GET', '/a/b')
    expect(response.headers.get('holdfast-error')).toBe('upstream_invalid')
    expect(response.headers.get('signature')).not.toBeNull()
  })

  it('are refused when they are too large to be gathered', async () => {
    answer = () => new Response(new Uint8Array(10 * 2 ** 20 + 1))
    const { response } = await send('GET', '/a/b')
    expect(response.headers.get('holdfast-error')).toBe('answer_too_large')
  })
})

describe('signing', () => {
  it('is for verified requests alone', async () => {
    const made = { status: 200, fields: [], body: new Uint8Array(0) }
    await expect(createSign({ keys: rig.deployment.keys, origin })({} as never, made)).rejects.toThrow(
      TypeError,
    )
  })

  it('refuses an answer of two types', async () => {
    let verified: Parameters<HandleOptions['next']>[1] = null
    const next: HandleOptions['next'] = async (_request, request) => {
      verified = request
      return new Response()
    }
    const fields = [['authorization', `Holdfast ${unlocked.tokens.access_token}`] as const]
    const [method, target, body] = ['GET', '/a/b', new Uint8Array(0)] as const
    const created = seconds(rig.clock)
    const signed = await signedFields({ method, target, key: unlocked.session, created, body, fields })
    await handle(rig.server, new Request(origin + target, { headers: Object.fromEntries(signed) }), {
      ...options,
      next,
    })
    const types = [['content-type', 'text/html'] as const, ['content-type', 'text/plain'] as const]
    const two = { status: 200, fields: types, body }
    await expect(rig.server.sign(verified as never, two)).rejects.toEqual(
      new HoldfastError('upstream_invalid'),
    )
  })
})
