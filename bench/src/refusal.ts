/** What a target refuses, tried before it is measured, so that a row's rate is not that of a check that does not happen. */

import { askOnce, bodyOf } from './connection.ts'
import { openLine, WrongAnswer } from './dialogue.ts'
import type { Dialogue, Make, Running, Sealed, Send, Speaker, Traffic } from './target.ts'

/** Throws unless a request without credentials is refused; then says whether a second use of one request is. Null for targets that check nothing. */
export async function probeRefusals(name: string, running: Running): Promise<boolean | null> {
  const traffic = await running.traffic()
  if (traffic.kind === 'dialogues') return probeDialogues(name, running.port, traffic)
  if (traffic.kind !== 'made') return null
  const { make } = (await import(traffic.maker)) as { make: Make }
  const [request] = await make(traffic.state, 1)
  if (request === undefined) throw new TypeError('the maker made nothing')
  const [bare] = traffic.bare === undefined ? [withoutCredentials(request)] : await make(traffic.bare, 1)
  const refused = await statusOf(running, bare ?? request)
  if (refused < 400 || refused > 499)
    throw new Error(`${name} lets a request without credentials through: ${refused}`)
  const first = await statusOf(running, request)
  if (first !== 200) throw new Error(`${name} answers a good request with ${first}`)
  return (await statusOf(running, request)) !== 200
}

/** As above; the second use is that of the last request of a dialogue. */
async function probeDialogues(
  name: string,
  port: number,
  { maker, state }: Extract<Traffic, { kind: 'dialogues' }>,
): Promise<boolean> {
  const { speak, stranger } = (await import(maker)) as Speaker
  const [dialogue] = speak(state)
  if (dialogue === undefined) throw new TypeError('nobody speaks')
  const { send, close } = await openLine(port)
  try {
    if (!(await isRefused(stranger(state), send))) throw new Error(`${name} lets a stranger through`)
    let requests = 0
    await dialogue((request) => {
      requests += 1
      return send(request)
    })
    return await isRefused(dialogue, async (request) => {
      const answer = await send(request)
      requests -= 1
      return requests === 0 ? send(request) : answer
    })
  } finally {
    close()
  }
}

async function isRefused(dialogue: Dialogue, send: Send): Promise<boolean> {
  try {
    await dialogue(send)
    return false
  } catch (error) {
    if (error instanceof WrongAnswer && error.status >= 400 && error.status <= 499) return true
    throw error
  }
}

function withoutCredentials(request: Uint8Array | Sealed): Uint8Array {
  if ('inside' in request) throw new TypeError('nothing can be cut out of a sealed request')
  const text = Buffer.from(request).toString('latin1')
  return Buffer.from(
    text.replace(/^(?:authorization|dpop|signature|signature-input): .*\r\n/gim, ''),
    'latin1',
  )
}

/** Of a sealed answer the status inside. */
async function statusOf({ port, tls: [tls] = [] }: Running, request: Uint8Array | Sealed): Promise<number> {
  if (!('inside' in request)) return (await askOnce(port, request, tls)).status
  const answer = await askOnce(port, request.bytes, tls)
  return answer.status === 200 ? request.inside(bodyOf(answer)) : answer.status
}
