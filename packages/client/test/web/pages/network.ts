/** The network port of a browser, in steps a test can look between. */
import { webPlatform } from '@holdfast/client/web'
import type { NetworkAnswer, NetworkRequest } from '@holdfast/client'

const { network } = webPlatform({ name: 'bank' })

type Sent = Partial<Omit<NetworkRequest, 'signal'>> & { readonly url: string }
let answer: NetworkAnswer | null = null
let reader: ReadableStreamDefaultReader<Uint8Array> | null = null
let controller = new AbortController()

async function head(request: Sent): Promise<{ status: number; rawFields: readonly string[] }> {
  controller = new AbortController()
  answer = await network({
    method: 'GET',
    fields: [],
    body: new Uint8Array(0),
    timeoutMs: 20_000,
    timeoutCovers: 'answer',
    signal: controller.signal,
    ...request,
  })
  reader = answer.body.getReader()
  return { status: answer.status, rawFields: answer.rawFields }
}
/** The next piece of the body; null at its end. */
async function piece(): Promise<string | null> {
  const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
  return done ? null : new TextDecoder().decode(value)
}

async function rest(): Promise<string> {
  let text = ''
  for (let next = await piece(); next !== null; next = await piece()) text += next
  return text
}

const timers = new Map<number, () => void>()

/** From now on time passes when the test says so. */
function stopTime(): void {
  let last = 0
  Object.assign(globalThis, {
    setTimeout(ring: () => void): number {
      timers.set(++last, ring)
      return last
    },
    clearTimeout: (timer: number): void => void timers.delete(timer),
  })
}
/** Whatever was waited for is over. How many waited. */
function passTime(): number {
  const due = [...timers.values()]
  timers.clear()
  for (const ring of due) ring()
  return due.length
}

export const api = {
  head,
  stopTime,
  passTime,
  piece,
  rest,
  async text(request: Sent): Promise<string> {
    await head(request)
    return rest()
  },
  cancel: () => reader?.cancel(),
  abort: () => controller.abort(new Error('the caller has gone')),
  /** Of a request given up before its head came. */
  async aborted(request: Sent): Promise<void> {
    const sending = head(request)
    controller.abort(new Error('the caller has gone'))
    await sending
  },
}
