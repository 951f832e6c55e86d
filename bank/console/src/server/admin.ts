/** The gateway's admin listener, as the console asks it: over loopback, with the credentials of the operator who asks. */
import { request } from 'node:http'
import { Refusal } from './refusal.ts'

export type AdminMethod = 'GET' | 'POST' | 'DELETE'
export type AdminQuestion = {
  readonly method: AdminMethod
  /** With its query. */
  readonly target: string
  /** Left out for health and metrics, which are for everybody on this machine. */
  readonly authorization?: string
  readonly body?: Uint8Array
}
export type AdminAnswer = {
  readonly status: number
  readonly body: Buffer
  /** As the gateway sent it. */
  readonly retryAfter: string | null
}

/** Rejects with `gateway_unreachable`. */
export type Admin = (question: AdminQuestion) => Promise<AdminAnswer>

const timeoutMs = 10_000
const answerBytes = 4_194_304

/** Throws TypeError for anything but loopback: credentials travel there in clear text. */
export function adminAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url?.hostname ?? '')
  if (url?.protocol !== 'http:' || !loopback || url.pathname !== '/' || url.username !== '')
    throw new TypeError('--admin: expected http://127.0.0.1:PORT')
  return url
}

export function createAdmin(address: URL): Admin {
  return ({ method, target, authorization, body }) =>
    new Promise((resolve, reject) => {
      const fail = (cause?: unknown): void => reject(new Refusal('gateway_unreachable', { cause }))
      const headers = {
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
      }
      // A connection each: on loopback it costs nothing, and none is written to that the gateway is just closing.
      const options = { method, headers, agent: false, signal: AbortSignal.timeout(timeoutMs) } as const
      const asked = request(new URL(target, address), options)
      asked.on('error', fail)
      asked.on('response', (answer) => {
        const chunks: Buffer[] = []
        let length = 0
        answer.on('data', (chunk: Buffer) => {
          length += chunk.length
          if (length > answerBytes) answer.destroy(new Error('too long'))
          else chunks.push(chunk)
        })
        answer.on('error', fail)
        answer.on('end', () => {
          const retryAfter = answer.headers['retry-after'] ?? null
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks), retryAfter })
        })
      })
      asked.end(body)
    })
}
