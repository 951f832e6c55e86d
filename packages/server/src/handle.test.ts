import { utf8 } from '@holdfast/core'
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

let rig: Rig
let unlocked: Unlocked
let seen: Request[]
let options: HandleOptions

beforeEach(async () => {
  rig = await createRig({ routes: [{ path: '/open', policy: 'open', signer: 'any', fields: [] }] })
  unlocked = await unlock(rig, await enrol(rig, 'ann'))
  seen = []
  options = {
    bodyBytes: 1000,
    answerBytes: 1000,
    remote: '192.0.2.1',
    async next(request, verified): Promise<Response> {
      seen.push(request)
      return Response.json(
        { user: verified?.claims.sub ?? null, body: await request.text() },
        { status: 201 },
      )
    },
  }
})

type Sent = {
  method?: string
  target?: string
  body?: string
  added?: Record<string, string>
  tampered?: string
}

async function send({
  method = 'POST',
  target = '/transfers',
  body = '{"cents":1}',
  added = {},
  tampered,
}: Sent = {}) {
  const safe = method === 'GET'
  const bytes = utf8(safe ? '' : body)
  const fields = [
    ['authorization', `Holdfast ${unlocked.tokens.access_token}`],
    ...(safe
      ? []
      : [['content-type', 'application/json'] as const, ['idempotency-key', 'k'.repeat(16)] as const]),
  ] as const
  const created = seconds(rig.clock)
  const signed = await signedFields({ method, target, key: unlocked.session, created, body: bytes, fields })
  const headers = { ...Object.fromEntries(signed), ...added }
  const content = safe ? {} : { body: tampered ?? body }
  return handle(rig.server, new Request(origin + target, { method, headers, ...content }), options)
}

const codeOf = (response: Response): string | null => response.headers.get('holdfast-error')

describe('handle', () => {
  it('runs a signed write once and repeats its answer', async () => {
    expect(await (await send()).json()).toEqual({ user: 'ann', body: '{"cents":1}' })
    const again = await send()
    expect(again.headers.get('holdfast-repeated')).toBe('true')
    expect(await again.json()).toEqual({ user: 'ann', body: '{"cents":1}' })
    expect(seen).toHaveLength(1)
  })

  it('lets nothing through that was not signed', async () => {
    await send({
      added: {
        'x-http-method-override': 'DELETE',
        range: 'bytes=0-1',
        'holdfast-user': 'bob',
        'if-match': '1',
      },
    })
    const names = [...(seen[0]?.headers.keys() ?? [])]
    expect(names.sort()).toEqual(['content-digest', 'content-type', 'idempotency-key'])
  })

  it('strips our names from what an open route gets', async () => {
    const request = new Request(`${origin}/open`, {
      headers: {
        'holdfast-user': 'bob',
        'client-cert': ':AAAA:',
        'client-cert-chain': ':AAAA:',
        'x-other': '1',
      },
    })
    expect(await (await handle(rig.server, request, options)).json()).toMatchObject({ user: null })
    expect([...(seen[0]?.headers.keys() ?? [])]).toEqual(['x-other'])
  })

  it.each<[string, Sent, string]>([
    ['a body that was not signed', { tampered: '{"cents":2}' }, 'digest_mismatch'],
    ['a body over the limit', { body: 'x'.repeat(1001) }, 'body_too_large'],
  ])('refuses %s', async (_, sent, code) => {
    expect(codeOf(await send(sent))).toBe(code)
    expect(seen).toHaveLength(0)
  })

  it('refuses what nobody signed, and answers its own paths', async () => {
    expect(codeOf(await handle(rig.server, new Request(`${origin}/accounts`), options))).toBe(
      'signature_missing',
    )
    const statement = await handle(rig.server, new Request(`${origin}/.well-known/holdfast`), options)
    expect(statement.headers.get('content-type')).toBe('application/jwt')
    expect(statement.headers.get('strict-transport-security')).toBe('max-age=31536000')
    expect(codeOf(await handle(rig.server, new Request(`${origin}/Holdfast/time`), options))).toBe(
      'ambiguous_request',
    )
  })

  it('lets listed pages ask and read, and no other', async () => {
    const web = { origins: ['https://app.bank.example'], rpId: 'bank.example' }
    rig = await createRig({ parts: { web } })
    unlocked = await unlock(rig, await enrol(rig, 'ann'))
    const [page = ''] = web.origins
    const ask = (from: string) => {
      const headers = { origin: from, 'access-control-request-method': 'POST' }
      return handle(rig.server, new Request(`${origin}/transfers`, { method: 'OPTIONS', headers }), options)
    }
    const allowed = await ask(page)
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, page])
    expect(allowed.headers.get('access-control-allow-headers')).toBe('authorization, *')
    const foreign = await ask('https://evil.example')
    expect([codeOf(foreign), foreign.headers.get('access-control-allow-origin')]).toEqual([
      'signature_missing',
      null,
    ])
    const next = async () =>
      new Response('1', { headers: { 'access-control-allow-credentials': 'true', 'x-balance': '1' } })
    options = { ...options, next }
    const read = await send({ method: 'GET', added: { origin: page } })
    const names = ['access-control-allow-origin', 'access-control-expose-headers', 'vary', 'x-balance']
    expect(names.map((name) => read.headers.get(name))).toEqual([page, '*', 'Origin', '1'])
    expect(read.headers.has('access-control-allow-credentials')).toBe(false)
    const refused = await send({ tampered: '{}', added: { origin: page } })
    expect([codeOf(refused), refused.headers.get('access-control-allow-origin')]).toEqual([
      'digest_mismatch',
      page,
    ])
    expect((await send({ method: 'GET' })).headers.has('vary')).toBe(false)
    expect(seen).toHaveLength(0)
  })

  it.each([
    ['https://app.example/', 'app.example'],
    ['http://app.example', 'app.example'],
    ['https://app.example', 'example'],
    ['https://app.example', 'other.example'],
  ])('is not made for the page %s with passkeys of %s', async (page, rpId) => {
    await expect(createRig({ parts: { web: { origins: [page], rpId } } })).rejects.toThrow(TypeError)
  })

  it('says that the outcome is unknown when the application throws, and does not run it again', async () => {
    options = { ...options, next: async () => Promise.reject(new Error('after the money moved')) }
    expect(codeOf(await send())).toBe('outcome_unknown')
    expect(codeOf(await send())).toBe('outcome_unknown')
  })

  it.each([
    ['a read', 'GET', '/transfers'],
    ['a write, whose answer is kept too', 'POST', '/transfers'],
    ['an open route', 'GET', '/open'],
  ])('lets the application say nothing in our words: %s', async (_what, method, target) => {
    const said = {
      'Holdfast-Error': 'device_revoked',
      'holdfast-repeated': 'true',
      signature: 'hf=:AAAA:',
      'signature-input': 'hf=()',
    }
    options = {
      ...options,
      async next(): Promise<Response> {
        const response = new Response('{}', {
          status: 403,
          statusText: 'No',
          headers: { ...said, 'x-other': '1' },
        })
        response.headers.append('set-cookie', 'a=1')
        response.headers.append('set-cookie', 'b=2')
        return response
      },
    }
    const answer = await send({ method, target })
    expect([answer.status, answer.statusText, await answer.text()]).toEqual([403, 'No', '{}'])
    expect(Object.keys(said).filter((name) => answer.headers.has(name))).toEqual([])
    expect([answer.headers.get('x-other'), answer.headers.getSetCookie()]).toEqual(['1', ['a=1', 'b=2']])
    if (method !== 'POST') return
    const again = await send({ method, target })
    const names = ['holdfast-error', 'holdfast-repeated', 'signature']
    expect(names.map((name) => again.headers.get(name))).toEqual([null, 'true', null])
  })
})
