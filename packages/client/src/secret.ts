/**
 * A secret the gateway passes on and cannot read (docs/protocol.md 8.7): the request brings a key made for it, and the backend
 * encrypts its answer to that key. Who changes the gateway's code could bring a key of his own; this app cannot tell.
 */
import { createReplyKey, HoldfastError, maxSealedBody, replyType } from '@holdfast/core'
import { fieldOf, readWhole } from './answer.ts'
import { type FetchInit, place } from './fetch.ts'
import type { Calling } from './prompt.ts'
import type { Service } from './statement.ts'

/**
 * Sealed when the service has a key for it: then others cannot even see that a secret was asked for. Rejects as fetch does, and
 * with `reply_refused` for an answer that is not a reply to this request's key; what the backend said instead is in `cause`.
 */
export async function fetchSecret(
  service: Service,
  standing: Calling,
  input: string | URL,
  init: FetchInit = {},
): Promise<Uint8Array> {
  // Its private half is in this call alone, and goes with it.
  const reply = await createReplyKey(service.platform.crypto)
  return place(service, standing, {
    input,
    init,
    further: [['holdfast-reply-key', reply.field]],
    sealing: 'offered',
    timeoutCovers: 'answer',
    check({ policy }) {
      // There nothing would tie the key to this app: it could be anybody's by the time it arrives.
      if (policy === 'open') throw new TypeError('a secret is fetched from a route that asks for a signature')
    },
    accept: () => async (answer) => {
      const body = await readWhole(answer, maxSealedBody)
      if (!isReply(answer.status, fieldOf(answer, 'content-type'))) {
        const cause = new Error(`the backend answered ${answer.status} without a reply`)
        throw new HoldfastError('reply_refused', { cause })
      }
      return reply.open(body)
    },
  })
}

function isReply(status: number, type: string | undefined): boolean {
  return status >= 200 && status < 300 && type?.toLowerCase() === replyType
}
