/** A backend's answer gathered whole, because it leaves in one piece: sealed or signed. The client hears nothing of it before. */
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { HoldfastError } from '@holdfast/core'
import type { KeptAnswer } from '@holdfast/server'
import type { AnswerStream } from './answer-stream.ts'
import { createGathering, type Gathering } from './gathering.ts'

export type GatheredAnswerOptions = {
  /** The answer to HEAD. */
  readonly bodyless: boolean
  readonly limitBytes: number
  /** Counts octets that are kept from now on; throws `overloaded`. */
  readonly hold: (bytes: number) => void
  /** The answer is whole. */
  readonly deliver: (answer: KeptAnswer) => void
  /** It will not be: `answer_too_large` or `overloaded`. What still comes of it is dropped. */
  readonly giveUp: (error: HoldfastError) => void
}

/** Its end is not the end of anything: who waits for the whole waits for ever. */
const eventStream = /^text\/event-stream\b/i

/** Checked here as node:http checks what it writes: from inside a seal it would reach the client unseen. */
function pairsOf(list: readonly string[]): Array<readonly [string, string]> {
  const pairs: Array<readonly [string, string]> = []
  for (let i = 0; i + 1 < list.length; i += 2) {
    const [name, value] = [list[i] as string, (list[i + 1] as string).trim()]
    validateHeaderName(name)
    validateHeaderValue(name, value)
    pairs.push([name, value])
  }
  return pairs
}

/** A client that left is gathered for no longer; one that is given up hears of it at once. */
export function createGatheredAnswer(options: GatheredAnswerOptions): AnswerStream {
  const { bodyless, limitBytes, hold, deliver, giveUp } = options
  let status = 0
  let fields: ReadonlyArray<readonly [string, string]> = []
  /** Null once nobody waits for it any more. */
  let body: Gathering | null = createGathering({ atMostBytes: limitBytes })

  function stop(error: HoldfastError): void {
    if (body === null) return
    body = null
    giveUp(error)
  }

  return {
    start(head): void {
      status = head.status
      fields = pairsOf(head.list)
      const endless = fields.some(([name, value]) => name === 'content-type' && eventStream.test(value))
      if (endless || (!bodyless && (head.length ?? 0) > limitBytes))
        stop(new HoldfastError('answer_too_large'))
    },
    write(chunk: Uint8Array): boolean {
      if (body === null) return true
      try {
        if (body.length + chunk.length > limitBytes) throw new HoldfastError('answer_too_large')
        hold(chunk.length)
        body.append(chunk)
      } catch (error) {
        if (!(error instanceof HoldfastError)) throw error
        stop(error)
      }
      return true
    },
    end(): void {
      if (body !== null) deliver({ status, fields, body: body.take() })
    },
    release(): void {
      body = null
    },
  }
}
