import { HoldfastError } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { codeOf, copyDisk, open, session, vaultId, virtualPhone } from '../test/vault.ts'
import { createCache, type Fetch } from './vault-cache.ts'
import type { FetchInit } from './fetch.ts'
import type { Respond } from './vault-answer.ts'
import { createVaultKeys } from './vault-keys.ts'
import { createManifest, emptyManifest } from './vault-manifest.ts'

const origin = 'https://bank.example'
type Answer = { status?: number; headers?: Record<string, string>; body?: string | null }

/** A backend that counts, and answers as it is told. */
function backend(first: Answer | ((headers: Headers, url: string) => Answer)) {
  const asked: Array<{ url: string; method: string; headers: Headers }> = []
  const state = { answer: first, error: null as Error | null }
  const fetch: Fetch = async (input, init: FetchInit = {}) => {
    const headers = new Headers(init.headers)
    asked.push({ url: String(input), method: init.method ?? 'GET', headers })
    if (state.error !== null) throw state.error
    const answer = typeof state.answer === 'function' ? state.answer(headers, String(input)) : state.answer
    const { status = 200, headers: fields = {}, body = `answer ${asked.length}` } = answer
    return new Response(status === 304 ? null : body, { status, headers: fields })
  }
  return { asked, fetch, state }
}
const textOf = async (response: Promise<Response>): Promise<string> => (await response).text()

async function cached(first: Parameters<typeof backend>[0], staleIfError = false) {
  const phone = virtualPhone({ now: 1_790_000_000_000 })
  const { vault, close } = await open(phone)
  const { asked, fetch, state } = backend(first)
  return { phone, vault, close, asked, state, fetch: vault.cache.through(fetch, { origin, staleIfError }) }
}
const fresh = { headers: { 'cache-control': 'private, max-age=60' } }

describe('the cache', () => {
  it('answers while an answer is fresh, and asks when it is not', async () => {
    const { fetch, asked, phone } = await cached({
      headers: { 'cache-control': 'max-age=60', 'x-kind': 'list' },
    })
    expect(await textOf(fetch('/a'))).toBe('answer 1')
    const kept = await fetch(`${origin}/a#fragment`)
    expect([kept.status, kept.headers.get('x-kind'), kept.headers.get('age'), await kept.text()]).toEqual([
      200,
      'list',
      '0',
      'answer 1',
    ])
    phone.clock.advance(59_000)
    expect(await textOf(fetch(new URL('/a', origin)))).toBe('answer 1')
    phone.clock.advance(2_000)
    expect(await textOf(fetch('/a'))).toBe('answer 2')
    expect(await textOf(fetch('/a?other'))).toBe('answer 3')
    expect(asked.map(({ url }) => url)).toEqual([`${origin}/a`, `${origin}/a`, `${origin}/a?other`])
  })

  it('keeps nothing that may not be kept, and takes nothing for fresh that was not called so', async () => {
    const cases: Array<[Answer, FetchInit?]> = [
      [{ headers: { 'cache-control': 'no-store, max-age=60' } }],
      [{ headers: { 'cache-control': 'no-cache, max-age=60' } }],
      [{ headers: { 'cache-control': 'max-age=0' } }],
      [{ headers: {} }],
      [{ headers: { 'last-modified': 'Mon, 01 Jan 2001 00:00:00 GMT' } }],
      [{ headers: { ...fresh.headers, vary: '*' } }],
      [{ status: 500, ...fresh }],
      [{ status: 206, ...fresh }],
      [fresh, { headers: { 'cache-control': 'no-store' } }],
      [fresh, { headers: { range: 'bytes=0-1' } }],
      [fresh, { headers: { 'if-none-match': '"x"' } }],
      [fresh, { headers: { 'cache-control': 'no-cache' } }],
      [fresh, { method: 'HEAD' }],
    ]
    for (const [answer, init] of cases) {
      const { fetch, asked, close } = await cached(answer)
      await textOf(fetch('/a', init))
      await textOf(fetch('/a', init))
      expect(asked.length, JSON.stringify([answer, init])).toBe(2)
      await close()
    }
  })

  it('leaves nothing of what may not be kept on the disk', async () => {
    const { fetch, phone } = await cached({ headers: { 'cache-control': 'no-store' } })
    const before = copyDisk(phone)
    await textOf(fetch('/a'))
    expect(copyDisk(phone)).toEqual(before)
  })

  it('keeps answers apart by what they vary by', async () => {
    const { fetch, asked } = await cached((headers) => ({
      headers: { ...fresh.headers, vary: 'accept-language' },
      body: headers.get('accept-language'),
    }))
    const inLanguage = (language: string) => textOf(fetch('/a', { headers: { 'Accept-Language': language } }))
    expect([
      await inLanguage('en'),
      await inLanguage('de'),
      await inLanguage('en'),
      await inLanguage('de'),
    ]).toEqual(['en', 'de', 'en', 'de'])
    expect(asked.length).toBe(2)
  })

  it('asks whether an answer still holds, and renews it', async () => {
    const headers = {
      etag: '"v1"',
      'last-modified': 'Mon, 01 Jan 2001 00:00:00 GMT',
      'cache-control': 'max-age=60',
    }
    const { fetch, asked, phone, state } = await cached({ headers })
    await textOf(fetch('/a'))
    phone.clock.advance(61_000)
    state.answer = { status: 304, headers }
    expect(await textOf(fetch('/a'))).toBe('answer 1')
    expect(asked[1]?.headers.get('if-none-match')).toBe('"v1"')
    expect(asked[1]?.headers.get('if-modified-since')).toBe('Mon, 01 Jan 2001 00:00:00 GMT')
    expect(await textOf(fetch('/a'))).toBe('answer 1')
    expect(asked.length).toBe(2)
    phone.clock.advance(61_000)
    state.answer = { headers: { ...headers, etag: '"v2"' } }
    expect(await textOf(fetch('/a'))).toBe('answer 3')
    phone.clock.advance(61_000)
    state.answer = (sent) => (sent.has('if-none-match') ? { status: 304, headers: { etag: '"v9"' } } : fresh)
    expect(await textOf(fetch('/a'))).toBe('answer 5')
    expect(copyDisk(phone).files.size).toBe(1)
  })

  it('gives a stale answer only where it may, and only when nobody answers', async () => {
    const down = new HoldfastError('network_unreachable')
    const outcome = async (control: string, allowed: boolean, error: Error | number, seconds = 100) => {
      const { fetch, phone, state, close } = await cached({ headers: { 'cache-control': control } }, allowed)
      await textOf(fetch('/a'))
      phone.clock.advance(seconds * 1000)
      if (typeof error === 'number') state.answer = { status: error, body: 'failed' }
      else state.error = error
      const text = await fetch('/a').then(
        (response) => response.text(),
        (reason: HoldfastError) => reason.code,
      )
      await close()
      return text
    }
    expect(await outcome('max-age=60', true, down)).toBe('answer 1')
    expect(await outcome('max-age=60', true, new HoldfastError('upstream_timeout'))).toBe('answer 1')
    expect(await outcome('max-age=60', true, 503)).toBe('answer 1')
    expect(await outcome('max-age=60', false, down)).toBe('network_unreachable')
    expect(await outcome('max-age=60', false, 503)).toBe('failed')
    expect(await outcome('max-age=60, stale-if-error=300', false, down)).toBe('answer 1')
    expect(await outcome('max-age=60, stale-if-error=30', false, down)).toBe('network_unreachable')
    expect(await outcome('max-age=60, must-revalidate', true, down)).toBe('network_unreachable')
    expect(await outcome('no-cache', true, down)).toBe('network_unreachable')
    expect(await outcome('no-store', true, down)).toBe('network_unreachable')
    for (const code of ['device_revoked', 'session_ended', 'answer_refused', 'server_key_refused'] as const)
      expect(await outcome('max-age=60', true, new HoldfastError(code))).toBe(code)
    expect(await outcome('max-age=60', true, 404)).toBe('failed')
    expect(await outcome('max-age=60, stale-while-revalidate=600', false, down)).toBe('network_unreachable')
  })

  it('takes nothing for fresh by a clock that was set back', async () => {
    const { fetch, asked, phone } = await cached(fresh)
    await textOf(fetch('/a'))
    phone.clock.set(phone.clock.now() - 1000)
    await textOf(fetch('/a'))
    expect(asked.length).toBe(2)
  })

  it('forgets what an unsafe request may have changed', async () => {
    for (const [status, error, kept] of [
      [200, null, false],
      [303, null, false],
      [422, null, true],
      [0, new HoldfastError('outcome_unknown'), false],
    ] as const) {
      const { fetch, asked, state, close } = await cached(fresh)
      await textOf(fetch('/a'))
      state.answer = { status: status || 200 }
      state.error = error
      await fetch('/a', { method: 'POST' }).catch(() => undefined)
      state.error = null
      await textOf(fetch('/a'))
      expect(asked.length === 2, String(status)).toBe(kept)
      await close()
    }
  })

  it('keeps one answer of a kind, the newest', async () => {
    const { fetch, phone, state } = await cached({ headers: { 'cache-control': 'max-age=1' } }, true)
    for (let i = 0; i < 5; i++) {
      await textOf(fetch('/a'))
      phone.clock.advance(2_000)
    }
    expect(copyDisk(phone).files.size).toBe(1)
    state.error = new HoldfastError('network_unreachable')
    expect(await textOf(fetch('/a'))).toBe('answer 5')
    state.error = null
    state.answer = { headers: { 'cache-control': 'no-store' } }
    await textOf(fetch('/a'))
    expect(copyDisk(phone).files.size).toBe(0)
    state.error = new HoldfastError('network_unreachable')
    expect(await codeOf(fetch('/a'))).toBe('network_unreachable')
  })

  it('is wiped at once and keeps nothing that was under way', async () => {
    const { fetch, asked, phone, vault } = await cached(fresh)
    await textOf(fetch('/a'))
    const underWay = await fetch('/b')
    await vault.cache.clear()
    expect(copyDisk(phone).files.size).toBe(0)
    expect(await underWay.text()).toBe('answer 2')
    expect(copyDisk(phone).files.size).toBe(0)
    await textOf(fetch('/a'))
    await textOf(fetch('/b'))
    expect(asked.length).toBe(4)
  })

  it('only forgets what was damaged, cut off or removed on the disk', async () => {
    const { fetch, asked, phone } = await cached(fresh)
    await textOf(fetch('/a'))
    const [[name, bytes]] = copyDisk(phone).files as unknown as [[string, Uint8Array]]
    const flipped = bytes.slice()
    flipped[20] = (flipped[20] as number) ^ 1
    for (const files of [new Map([[name, flipped]]), new Map([[name, bytes.slice(0, 40)]]), new Map()]) {
      phone.files.restore(files)
      const before = asked.length
      await textOf(fetch('/a'))
      expect(asked.length).toBe(before + 1)
    }
  })

  it('answers though there is no room to keep anything', async () => {
    const { fetch, asked, phone } = await cached(fresh)
    ;(phone.platform.files as { write: unknown }).write = async () => {
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
    }
    expect(await textOf(fetch('/a'))).toBe('answer 1')
    expect(await textOf(fetch('/a'))).toBe('answer 2')
    expect(asked.length).toBe(2)
  })

  it('stays within its size by forgetting what was used least recently', async () => {
    const phone = virtualPhone()
    const { clock, crypto } = phone.platform
    const manifest = createManifest(emptyManifest(), async () => undefined)
    const keys = await createVaultKeys(new Uint8Array(32), crypto)
    const respond: Respond = (body, init) => new Response(body, init)
    const parts = { vault: vaultId, crypto, clock, respond, keys, manifest, files: phone.platform.files }
    const { fetch: send, asked } = backend({ ...fresh, body: 'x'.repeat(1000) })
    const fetch = createCache(parts, 16_000).through(send, { origin })
    for (let i = 0; i < 30; i++) {
      await textOf(fetch(`/${i}`))
      await textOf(fetch('/0'))
    }
    const size = [...phone.files.snapshot().values()].reduce((sum, bytes) => sum + bytes.length, 0)
    expect(size).toBeLessThanOrEqual(16_000)
    expect(size).toBeGreaterThan(10_000)
    expect(manifest.content.cache.length).toBe(phone.files.snapshot().size)
    // The one always used is there, the first of the others are not.
    expect(asked.filter(({ url }) => url.endsWith('/0')).length).toBe(1)
    await textOf(fetch('/29'))
    expect(asked.length).toBe(30)
    await textOf(fetch('/1'))
    expect(asked.length).toBe(31)
    const large = createCache(parts, 8_000).through(backend({ ...fresh, body: 'x'.repeat(1001) }).fetch, {
      origin,
    })
    const before = phone.files.snapshot().size
    expect((await textOf(large('/large'))).length).toBe(1001)
    expect(phone.files.snapshot().size).toBe(before)
  })

  it('keeps answers without a body', async () => {
    const { fetch, asked } = await cached({ status: 204, headers: fresh.headers, body: null })
    expect((await fetch('/a')).status).toBe(204)
    const kept = await fetch('/a')
    expect([kept.status, kept.body, asked.length]).toEqual([204, null, 1])
  })

  it('lets an answer stream', async () => {
    let send: ((text: string | null) => void) | undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller): void {
        send = (text) =>
          text === null ? controller.close() : controller.enqueue(new TextEncoder().encode(text))
      },
    })
    await session(virtualPhone(), async ({ vault }) => {
      const fetch = vault.cache.through(async () => new Response(body, fresh), { origin })
      const reader = ((await fetch('/a')).body as ReadableStream<Uint8Array>).getReader()
      send?.('first')
      expect(new TextDecoder().decode((await reader.read()).value)).toBe('first')
      send?.(null)
      expect((await reader.read()).done).toBe(true)
      expect(await textOf(fetch('/a'))).toBe('first')
    })
  })

  it('cancels the request it is told to cancel', async () => {
    const { fetch } = await cached(() => fresh)
    const aborted = AbortSignal.abort(new RangeError('no longer'))
    const seen: unknown[] = []
    await session(virtualPhone(), async ({ vault }) => {
      const through = vault.cache.through(
        async (_input, init) => {
          seen.push(init?.signal)
          init?.signal?.throwIfAborted()
          return new Response('')
        },
        { origin },
      )
      await expect(through('/a', { signal: aborted })).rejects.toThrow(RangeError)
    })
    expect(seen).toEqual([aborted])
    expect(await codeOf(fetch('/a'))).toBe('passed')
  })
})
