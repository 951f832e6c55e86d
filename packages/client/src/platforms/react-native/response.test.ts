import { utf8 } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { streamedResponse } from './response.ts'

const streamOf = (...pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller): void {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
const init = { status: 200, headers: new Headers({ 'content-type': 'application/json' }) }
const answer = (...pieces: readonly Uint8Array[]): Response => streamedResponse(streamOf(...pieces), init)

describe('an answer for the app', () => {
  it('is read as text, JSON, octets and stream', async () => {
    const pieces = [Uint8Array.of(0x22, 0xc3), Uint8Array.of(0xbc, 0x22)]
    expect(await answer(...pieces).text()).toBe('"ü"')
    expect(await answer(...pieces).json()).toBe('ü')
    expect(await answer(...pieces).bytes()).toEqual(utf8('"ü"'))
    expect(new Uint8Array(await answer(...pieces).arrayBuffer())).toEqual(utf8('"ü"'))
    expect(await new Response(answer(...pieces).body).text()).toBe('"ü"')
  })

  it('decodes as the web does', async () => {
    for (const octets of [[0xef, 0xbb, 0xbf, 0x41], [0x41, 0xff], [], [0xef, 0xbb, 0xbf]])
      expect(await answer(Uint8Array.from(octets)).text()).toBe(
        await new Response(Uint8Array.from(octets)).text(),
      )
  })

  it('is read once', async () => {
    const once = answer(utf8('a'))
    expect(once.bodyUsed).toBe(false)
    await once.text()
    expect(once.bodyUsed).toBe(true)
    await expect(once.text()).rejects.toBeInstanceOf(TypeError)
    const locked = answer(utf8('a'))
    locked.body?.getReader()
    await expect(locked.arrayBuffer()).rejects.toBeInstanceOf(TypeError)
  })

  it('says its status, and what it cannot', () => {
    const found = answer()
    expect([found.status, found.ok, found.headers.get('content-type')]).toEqual([
      200,
      true,
      'application/json',
    ])
    expect(streamedResponse(streamOf(), { ...init, status: 404 }).ok).toBe(false)
    for (const act of [() => found.clone(), () => found.blob(), () => found.formData()])
      expect(act).toThrow(TypeError)
  })

  it('breaks off with its body', async () => {
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new RangeError('broke')),
    })
    await expect(streamedResponse(body, init).text()).rejects.toThrow('broke')
  })
})
