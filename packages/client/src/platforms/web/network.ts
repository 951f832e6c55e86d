/**
 * The network on fetch: no cookies, no caches, no referrer, no redirects. The browser adds fields of its own (Accept, User-Agent, Origin …),
 * shows of an answer at another origin what CORS lets through, and asks nobody about the key of the server.
 */
import { problemField } from '@holdfast/core'
import type { Network, NetworkAnswer, NetworkRequest } from '../../ports.ts'

const bodyless: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** TypeError when the browser would leave out or change a field: what is signed has to arrive as it was signed. */
function requestOf({ method, url, fields, body, identity }: NetworkRequest, signal: AbortSignal): Request {
  if (identity !== undefined) throw new TypeError('a browser shows no client certificate of ours')
  if (bodyless.has(method) && body.length > 0) throw new TypeError(`${method} carries no body`)
  const headers = fields.map(([name, value]): [string, string] => [name, value])
  const request = new Request(url, {
    method,
    headers,
    body: bodyless.has(method) ? null : new Uint8Array(body),
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
    signal,
  })
  for (const [name, value] of fields)
    if (request.headers.get(name) !== value)
      throw new TypeError(`a browser does not send the field ${name} so`)
  if (request.url !== url) throw new TypeError('a browser would send this target in another form')
  return request
}

/** `ended` is called when all of the body has come, or no more will. */
function bodyOf(response: Response, ended: () => void): ReadableStream<Uint8Array> {
  const reader = response.body?.getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      const chunk = await reader?.read().catch((error: unknown) => {
        ended()
        throw error
      })
      if (chunk?.done === false) return controller.enqueue(chunk.value)
      ended()
      controller.close()
    },
    async cancel(reason: unknown): Promise<void> {
      ended()
      await reader?.cancel(reason)
    },
  })
}

/** Pins are nobody's here: `Platform.tls` says so. */
export const fetchNetwork: Network = async (request): Promise<NetworkAnswer> => {
  const { timeoutMs, timeoutCovers, signal } = request
  const late = new AbortController()
  const ending = signal === undefined ? late.signal : AbortSignal.any([late.signal, signal])
  const outgoing = requestOf(request, ending)
  const timer = setTimeout(() => late.abort(new Error('no answer in time')), timeoutMs)
  const stop = (): void => clearTimeout(timer)
  try {
    const response = await fetch(outgoing)
    if (timeoutCovers === 'head' && !response.headers.has(problemField)) stop()
    return { status: response.status, rawFields: [...response.headers].flat(), body: bodyOf(response, stop) }
  } catch (error) {
    stop()
    throw error
  }
}
