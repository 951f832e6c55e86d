import { type RouteRule, sealedPath, sealReply, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { describe, expect, it } from 'vitest'
import { codeOf, sentTo, to, type Unlocked, unlocked, type WorldOptions } from '../test/rig.ts'
import { streamOf } from './answer.ts'

const path = '/cards/1/pin'
const routes: RouteRule[] = [{ path: '/public/*', policy: 'open', signer: 'any', fields: [] }]
const type = 'application/holdfast-reply'
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

/** A card system, and the reply keys it was sent. */
function cards(answer?: (body: Uint8Array) => Response): { keys: string[]; options: WorldOptions } {
  const keys: string[] = []
  const backend = async (request: Request): Promise<Response> => {
    const key = request.headers.get('holdfast-reply-key') ?? ''
    keys.push(key)
    const body = await sealReply(key, utf8('4711'), nodeCrypto)
    return answer?.(body) ?? new Response(new Uint8Array(body), { headers: { 'content-type': type } })
  }
  return { keys, options: { routes, backend } }
}

describe('a secret', () => {
  it('comes under a key made for it, which the signature covers', async () => {
    const { keys, options } = cards()
    const { session, phone } = await unlocked(options)
    expect(text(await session.fetchSecret(path))).toBe('4711')
    expect(text(await session.fetchSecret(path))).toBe('4711')
    expect(new Set(keys).size).toBe(2)
    const sent = sentTo(phone, path)
    expect(sent).toHaveLength(2)
    for (const { fields } of sent)
      expect(Object.fromEntries(fields)['signature-input']).toContain('"holdfast-reply-key"')
    const wire = phone.network.exchanges.map(({ answerBody }) => Buffer.from(answerBody).toString('latin1'))
    expect(wire.join('\n')).not.toContain('4711')
  })

  it('is asked for sealed where the service can open it, and is still encrypted inside', async () => {
    const { options } = cards()
    const world = { ...options, deployment: { sealing: { suites: ['x-wing'] } } } as const
    const { session, phone, world: service } = await unlocked(world)
    const before = sentTo(phone, sealedPath).length
    expect(text(await session.fetchSecret(path))).toBe('4711')
    expect(sentTo(phone, sealedPath)).toHaveLength(before + 1)
    expect(sentTo(phone, path)).toHaveLength(0)
    await service.server.close()
  })

  it('survives a lost answer, under the same key', async () => {
    const { keys, options } = cards()
    const { session, phone } = await unlocked(options)
    phone.network.loseAnswer(2, to(path))
    expect(text(await session.fetchSecret(path, { method: 'POST', body: '{}' }))).toBe('4711')
    expect(keys).toHaveLength(1)
    phone.network.loseAnswer(2, to(path))
    expect(text(await session.fetchSecret(path))).toBe('4711')
    expect(new Set(keys).size).toBe(2)
  })

  const wrong: Array<[string, (body: Uint8Array) => Response]> = [
    ['it is the secret itself', () => new Response('4711', { headers: { 'content-type': 'text/plain' } })],
    [
      'it is the secret under the type of a reply',
      () => new Response('4711', { headers: { 'content-type': type } }),
    ],
    [
      'it is of another type',
      (body) => new Response(new Uint8Array(body), { headers: { 'content-type': 'text/plain' } }),
    ],
    ['it has no type', (body) => new Response(new Uint8Array(body))],
    [
      'the backend says no',
      (body) => new Response(new Uint8Array(body), { status: 403, headers: { 'content-type': type } }),
    ],
    [
      'it is cut',
      (body) => new Response(new Uint8Array(body.slice(1)), { headers: { 'content-type': type } }),
    ],
  ]
  it.each(wrong)('is refused when %s', async (_what, answer) => {
    const { session } = await unlocked(cards(answer).options)
    expect(await codeOf(session.fetchSecret(path))).toBe('reply_refused')
  })

  it('encrypted to the key of another request is refused', async () => {
    const { options } = cards()
    const { session, phone }: Unlocked = await unlocked(options)
    await session.fetchSecret(path)
    const earlier = phone.network.exchanges.at(-1)?.answerBody as Uint8Array
    phone.network.rewrite({
      answer: (answer, request) => (to(path)(request) ? { ...answer, body: streamOf(earlier) } : answer),
    })
    expect(await codeOf(session.fetchSecret(path))).toBe('reply_refused')
  })

  it('is not asked for where nobody signs', async () => {
    const { keys, options } = cards()
    const { session, phone } = await unlocked(options)
    await expect(session.fetchSecret('/public/pin')).rejects.toThrow(TypeError)
    expect(sentTo(phone, '/public/pin')).toHaveLength(0)
    expect(keys).toEqual([])
  })

  it('takes no key from the app', async () => {
    const { session } = await unlocked(cards().options)
    const headers = { 'Holdfast-Reply-Key': 'A'.repeat(43) }
    await expect(session.fetchSecret(path, { headers })).rejects.toThrow(TypeError)
  })
})
