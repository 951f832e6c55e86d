/**
 * The network on React Native's XMLHttpRequest. Not on `fetch`: Expo puts another one in its place, with a network of its own that no
 * pins reach. Of its own it sends what the system adds (User-Agent), and `Accept-Encoding: identity`, so that nothing is decoded on the
 * way and digests are of what was sent. Answers are held whole; React Native streams none.
 */
import { problemField } from '@holdfast/core'
import type { Network, NetworkAnswer, NetworkRequest } from '../../ports.ts'
import type { PinKeeper, Pins } from './pins.ts'

export type XhrConstructor = new () => XMLHttpRequest

function rawFieldsOf(head: string): string[] {
  return head
    .split('\r\n')
    .filter((line) => line.includes(':'))
    .flatMap((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trim()]
    })
}

function streamOf(content: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller): void {
      if (content.length > 0) controller.enqueue(content)
      controller.close()
    },
  })
}

function answerOf(xhr: XMLHttpRequest): NetworkAnswer {
  const body = streamOf(new Uint8Array(xhr.response as ArrayBuffer))
  return { status: xhr.status, rawFields: rawFieldsOf(xhr.getAllResponseHeaders() ?? ''), body }
}

/** As they go out. React Native for Android takes no body without a type. */
function fieldsOf({ fields, body }: NetworkRequest): ReadonlyArray<readonly [string, string]> {
  if (body.length > 0 && !fields.some(([name]) => name === 'content-type'))
    throw new TypeError('a body has a Content-Type here')
  return [...fields, ['accept-encoding', 'identity']]
}

function send(Xhr: XhrConstructor, request: NetworkRequest): Promise<NetworkAnswer> {
  const { method, url, body, timeoutMs, timeoutCovers, signal } = request
  const fields = fieldsOf(request)
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason as Error)
    const xhr = new Xhr()
    const fail = (error: Error): void => {
      end()
      xhr.abort()
      reject(error)
    }
    const timer = setTimeout(() => fail(new Error('no answer in time')), timeoutMs)
    const aborted = (): void => fail(signal?.reason as Error)
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
    }
    signal?.addEventListener('abort', aborted)
    xhr.addEventListener('readystatechange', () => {
      if (xhr.readyState === 2 && timeoutCovers === 'head' && xhr.getResponseHeader(problemField) === null)
        clearTimeout(timer)
    })
    xhr.addEventListener('load', () => {
      end()
      // Redirects cannot be forbidden here; whatever they led to is not the service's answer.
      if (xhr.responseURL === url) resolve(answerOf(xhr))
      else reject(new Error('the answer is from another URL'))
    })
    xhr.addEventListener('error', () => fail(new Error('no answer')))
    xhr.open(method, url)
    xhr.responseType = 'arraybuffer'
    // No cookies: the system would keep them for us.
    xhr.withCredentials = false
    for (const [name, value] of fields) xhr.setRequestHeader(name, value)
    xhr.send(body.length > 0 ? new Uint8Array(body) : null)
  })
}

function pinsOf({ url, pins }: NetworkRequest): Pins {
  return pins === undefined ? null : { host: new URL(url).host, keys: pins }
}

/** With a keeper pins are enforced; without one they are not looked at. There are no client certificates here. */
export function xhrNetwork(Xhr: XhrConstructor, keeper: PinKeeper | null): Network {
  return async (request) => {
    if (request.identity !== undefined) throw new TypeError('there are no client certificates here')
    const act = (): Promise<NetworkAnswer> => send(Xhr, request)
    return keeper === null ? act() : keeper.under(pinsOf(request), act)
  }
}
