/** Sealed requests: what comes to one path opens into a request of its own, and every answer to it is sealed (docs/protocol.md 8). */
import {
  type BinaryRequest,
  HoldfastError,
  type OpenedRequest,
  openSealedRequest,
  readEncapsulatedHeader,
  sealedAnswerType,
  sealedPath,
  sealedRequestType,
  type SealingKey,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import { parseHead, type RequestHead } from './head.ts'
import { always, type OwnAnswer, problemAnswer } from './http.ts'
import { createLocalRate } from './local-rate.ts'
import type { SealingKeys } from './sealing-keys.ts'
import type { Statement } from './statement.ts'

export type SealedExchange = {
  /** Of the request inside; connection and peer are those of the one outside. */
  readonly head: RequestHead
  /** Of the head inside as it was sent: fields, repeated ones apart, and octets of path, names and values. */
  readonly headSize: { readonly fields: number; readonly bytes: number }
  readonly body: Uint8Array
  /** Status 200 whatever the answer says; one too large to be sealed becomes the refusal `answer_too_large`. */
  seal(answer: OwnAnswer): Promise<OwnAnswer>
}

export interface Sealing {
  /** False where no sealed requests are taken: every key is stale there. */
  readonly offered: boolean
  /**
   * Rejects with `sealed_request_refused` alike for all that does not open, `stale_sealing_key`, `sealed_body_too_large`,
   * `bad_request`, `method_refused`, `rate_limited` (too much that does not open came from this network), or with {@link SealedRefusal} when what opened is not for this service.
   */
  open(outer: RequestHead, body: Uint8Array): Promise<SealedExchange>
  /** New sealing keys at once. `actor` is an operator's name. */
  rotate(actor: string): Promise<void>
}

/** A refusal whose answer is sealed already: nobody outside learns that it is one. */
export class SealedRefusal extends Error {
  readonly answer: OwnAnswer

  constructor(answer: OwnAnswer, cause: unknown) {
    super('refused inside the seal', { cause })
    this.name = 'SealedRefusal'
    this.answer = answer
  }
}

/** Throws `bad_request` for another service's request and for a seal in a seal, and what parseHead throws. */
function innerHead(request: BinaryRequest, outer: RequestHead, origin: string): RequestHead {
  const { method, scheme, authority, path, fields, body } = request
  const host = fields.find(([name]) => name === 'host')?.[1] ?? authority
  if (`${scheme}://${authority}` !== origin || host !== authority) throw new HoldfastError('bad_request')
  const { remote, channel } = outer
  // Behind Binary HTTP a body has a length even if no field says so.
  const length: Array<readonly [string, string]> = fields.some(([name]) => name === 'content-length')
    ? []
    : [['content-length', String(body.length)]]
  const raw = [...fields, ...length].flat()
  const head = parseHead(method, path, raw, remote, { ...channel, sealed: true })
  if (head.target.path === sealedPath) throw new HoldfastError('bad_request')
  return head
}

function headSizeOf({ path, fields }: BinaryRequest): SealedExchange['headSize'] {
  const bytes = fields.reduce((sum, [name, value]) => sum + name.length + value.length, path.length)
  return { fields: fields.length, bytes }
}

/** Which key a message asks for. Throws what {@link Sealing.open} says. */
function keyIdOf({ method, fields }: RequestHead, message: Uint8Array): number {
  if (method !== 'POST') throw new HoldfastError('method_refused')
  if (fields.get('content-type') !== sealedRequestType) throw new HoldfastError('bad_request')
  return readEncapsulatedHeader(message).keyId
}

/** An answer that is none in Binary HTTP is its maker's fault, not the asker's. */
function unsealable(cause: unknown): unknown {
  const tooLarge = cause instanceof HoldfastError && cause.code === 'answer_too_large'
  return tooLarge ? cause : new HoldfastError('upstream_invalid', { cause })
}

export function createSealing(deployment: Deployment, keys: SealingKeys): Sealing {
  const { origin, store, clock, policy } = deployment
  const refused = createLocalRate(policy.sealing.refusedPerMinute, deployment)

  /** What does not open costs its sender nothing and us a decapsulation. */
  async function opening(message: Uint8Array, key: SealingKey, remote: string): Promise<OpenedRequest> {
    refused.check(remote)
    try {
      return await openSealedRequest(message, key, nodeCrypto)
    } catch (error) {
      refused.hit(remote)
      throw error
    }
  }

  return {
    offered: true,
    async open(outer: RequestHead, body: Uint8Array): Promise<SealedExchange> {
      const key = await keys.find(keyIdOf(outer, body))
      if (key === null) throw new HoldfastError('stale_sealing_key')
      const opened = await opening(body, key, outer.remote)

      async function sealed({ refusal, ...answer }: OwnAnswer): Promise<OwnAnswer> {
        const fields = [['content-type', sealedAnswerType] as const, ...always]
        const inside = await opened.seal(answer)
        return { status: 200, fields, body: inside, ...(refusal === undefined ? {} : { refusal }) }
      }
      let head: RequestHead
      try {
        head = innerHead(opened.request, outer, origin)
      } catch (error) {
        throw new SealedRefusal(await sealed(await problemAnswer(error, null, deployment)), error)
      }
      return {
        head,
        headSize: headSizeOf(opened.request),
        body: opened.request.body,
        async seal(answer: OwnAnswer): Promise<OwnAnswer> {
          try {
            return await sealed(answer)
          } catch (error) {
            return sealed(await problemAnswer(unsealable(error), head, deployment))
          }
        },
      }
    },
    async rotate(actor: string): Promise<void> {
      const facts = { at: clock.now(), actor, detail: { key: 'sealing' } }
      // Written down first: a rotation the audit cannot hold does not happen.
      await store.appendAudit(auditEntry('keys.rotated', facts))
      await keys.rotate()
    },
  }
}

/**
 * For a service that takes no sealed requests, perhaps not any more: a client that still knows a key is told to fetch the
 * statement, as with any key that is gone. `open` only rejects, `rotate` with `bad_request`.
 */
export function withoutSealing(statement: Pick<Statement, 'current'>): Sealing {
  return {
    offered: false,
    async open(outer: RequestHead, body: Uint8Array): Promise<never> {
      keyIdOf(outer, body)
      // The client asks next, maybe another node: by then the statement says that there is no key.
      await statement.current()
      throw new HoldfastError('stale_sealing_key')
    },
    rotate: () => Promise.reject(new HoldfastError('bad_request')),
  }
}
