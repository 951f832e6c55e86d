/** What went over the wire, and playing it back: the same requests get the same answers, and nothing else gets any. */
import { fromBase64url, toBase64url } from '@holdfast/core'
import type { Network, NetworkRequest } from '../../src/ports.ts'

export type Exchange = {
  readonly request: string
  readonly answer: { readonly status: number; readonly rawFields: readonly string[]; readonly body: string }
}

function textOf({ method, url, fields, body }: NetworkRequest): string {
  return JSON.stringify([method, url, fields, toBase64url(body)])
}

function streamOf(content: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller): void {
      controller.enqueue(content)
      controller.close()
    },
  })
}

export function recording(network: Network): { readonly network: Network; readonly exchanges: Exchange[] } {
  const exchanges: Exchange[] = []
  return {
    exchanges,
    async network(request) {
      const { status, rawFields, body } = await network(request)
      const content = new Uint8Array(await new Response(body).arrayBuffer())
      exchanges.push({ request: textOf(request), answer: { status, rawFields, body: toBase64url(content) } })
      return { status, rawFields, body: streamOf(content) }
    },
  }
}

/** Each exchange once. `left` are those nobody asked for. */
export function replaying(exchanges: readonly Exchange[]): { readonly network: Network; left(): number } {
  const waiting = [...exchanges]
  return {
    left: () => waiting.length,
    async network(request) {
      const text = textOf(request)
      const at = waiting.findIndex((one) => one.request === text)
      const [found] = at < 0 ? [] : waiting.splice(at, 1)
      if (found === undefined) throw new Error(`never recorded: ${text}`)
      const { status, rawFields, body } = found.answer
      return { status, rawFields, body: streamOf(fromBase64url(body)) }
    },
  }
}
