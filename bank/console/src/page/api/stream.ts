/** Server-sent events over fetch: EventSource cannot send the token (WHATWG HTML 9.2, as far as the console's server uses it). */
import { Refused, tokenField } from './call.ts'

export type StreamEvent = { readonly name: string; readonly data: string }

function parseEvent(block: string): StreamEvent {
  const field = (name: string): string =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? ''
  return { name: field('event'), data: field('data') }
}

/** Yields until the stream ends. Rejects with Refused (`signed_out`, `network`) when there is none. */
export async function* readEvents(
  path: string,
  token: string,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const failed = (): never => {
    throw new Refused('network')
  }
  const answer = await fetch(path, { headers: { [tokenField]: token }, signal }).catch(failed)
  if (answer.status === 401) throw new Refused('signed_out')
  if (!answer.ok || answer.body === null) throw new Refused('network')
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let waiting = ''
  for (;;) {
    const { value, done } = await reader.read().catch(failed)
    if (done) return
    const blocks = (waiting + value).split('\n\n')
    waiting = blocks.pop() ?? ''
    for (const block of blocks) yield parseEvent(block)
  }
}
