/** What a target refuses, tried before it is measured, so that a row's rate is not that of a check that does not happen. */

import { openConnection } from './connection.ts'
import type { Make, Running } from './target.ts'

/** Throws unless a request without credentials is refused; then says whether a second use of one request is. Null for targets that check nothing. */
export async function probeRefusals(name: string, running: Running): Promise<boolean | null> {
  const traffic = await running.traffic()
  if (traffic.kind === 'same') return null
  const { make } = (await import(traffic.maker)) as { make: Make }
  const [request] = make(traffic.state, 1)
  if (request === undefined) throw new TypeError('the maker made nothing')
  const bare = await statusOf(running.port, withoutCredentials(request))
  if (bare < 400 || bare > 499) throw new Error(`${name} lets a request without credentials through: ${bare}`)
  const first = await statusOf(running.port, request)
  if (first !== 200) throw new Error(`${name} answers a good request with ${first}`)
  return (await statusOf(running.port, request)) !== 200
}

function withoutCredentials(request: Uint8Array): Uint8Array {
  const text = Buffer.from(request).toString('latin1')
  return Buffer.from(
    text.replace(/^(?:authorization|dpop|signature|signature-input): .*\r\n/gim, ''),
    'latin1',
  )
}

function statusOf(port: number, request: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    const connection = openConnection(port, {
      onOpen: () => connection.send(request),
      onAnswer({ status }) {
        connection.close()
        resolve(status)
      },
      onLost: (reason) => reject(new Error(reason)),
    })
  })
}
