/**
 * What an app gets from `session.fetch`: a `Response` whose body is a stream. React Native's own (whatwg-fetch 3) takes none: it would
 * hold the text "[object ReadableStream]".
 */
import { concat, fromUtf8 } from '@holdfast/core'

async function wholeOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return concat(...pieces)
    pieces.push(value)
  }
}

/** Octets as the Encoding standard decodes UTF-8: without its mark, and never failing. */
function textOf(octets: Uint8Array): string {
  try {
    return fromUtf8(octets).replace(/^\ufeff/, '')
  } catch {
    return new TextDecoder().decode(octets)
  }
}

/** `blob`, `formData` and `clone` throw TypeError; the rest is as the Fetch standard has it. */
export function streamedResponse(
  body: ReadableStream<Uint8Array> | null,
  { status, headers }: { readonly status: number; readonly headers: Headers },
): Response {
  let bodyUsed = false
  async function bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (bodyUsed || body?.locked === true) throw new TypeError('the body was read already')
    bodyUsed = body !== null
    return new Uint8Array(body === null ? [] : await wholeOf(body))
  }
  const text = async (): Promise<string> => textOf(await bytes())
  const unsupported = (): never => {
    throw new TypeError('not here: take arrayBuffer(), bytes(), text(), json() or body')
  }
  return {
    status,
    headers,
    body: body as Response['body'],
    ok: status >= 200 && status < 300,
    statusText: '',
    redirected: false,
    type: 'default',
    url: '',
    get bodyUsed(): boolean {
      return bodyUsed
    },
    bytes,
    arrayBuffer: async () => (await bytes()).buffer,
    text,
    json: async (): Promise<unknown> => JSON.parse(await text()) as unknown,
    blob: unsupported,
    formData: unsupported,
    clone: unsupported,
  }
}
