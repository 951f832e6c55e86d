/** What went over the wire, for asserting on and for printing. */
import { concat } from '@holdfast/core'
import type { NetworkAnswer, Outgoing } from '../../ports.ts'

export type Exchange = {
  readonly request: Outgoing
  /** As the phone received it; null when it heard nothing, or nothing yet. */
  readonly answer: { readonly status: number; readonly rawFields: readonly string[] } | null
  /** The part of the answer's body that has been read so far. */
  readonly answerBody: Uint8Array
}

type Recorder = {
  readonly exchange: Exchange
  /** The answer to hand on: its body is written down as it is read. */
  readonly answered: (answer: NetworkAnswer) => NetworkAnswer
  readonly failed: () => void
}

export function record({ method, url, fields, body }: Outgoing): Recorder {
  let head: Exchange['answer'] = null
  const chunks: Uint8Array[] = []
  return {
    exchange: {
      request: { method, url, fields, body },
      get answer(): Exchange['answer'] {
        return head
      },
      get answerBody(): Uint8Array {
        return concat(...chunks)
      },
    },
    answered(answer: NetworkAnswer): NetworkAnswer {
      head = { status: answer.status, rawFields: answer.rawFields }
      const copying = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller): void {
          chunks.push(chunk.slice())
          controller.enqueue(chunk)
        },
      })
      return { ...answer, body: answer.body.pipeThrough(copying) }
    },
    failed(): void {
      head = null
    },
  }
}

const decoder = new TextDecoder()

/** HTTP text of both sides, for people. */
export function exchangeText(exchange: Exchange): string {
  const { request, answer, answerBody } = exchange
  const { host, pathname, search } = new URL(request.url)
  const lines = [`${request.method} ${pathname}${search} HTTP/1.1`, `host: ${host}`]
  for (const [name, value] of request.fields) lines.push(`${name}: ${value}`)
  lines.push('', decoder.decode(request.body))
  if (answer === null) return [...lines, '(no answer)'].join('\n')
  lines.push(`HTTP/1.1 ${answer.status}`)
  for (let i = 0; i + 1 < answer.rawFields.length; i += 2) {
    lines.push(`${answer.rawFields[i]?.toLowerCase()}: ${answer.rawFields[i + 1]}`)
  }
  return [...lines, '', decoder.decode(answerBody)].join('\n')
}
