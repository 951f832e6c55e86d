/**
 * Sealed requests (docs/protocol.md 8): the whole request inside another one that only the service can open, and the answer
 * inside its answer. Each time a request is sent it is sealed anew, so two of them never look alike on the line.
 */
import {
  type BinaryResponse,
  chooseSealingKey,
  type CryptoPort,
  HoldfastError,
  type KeyConfiguration,
  maxSealedMessage,
  sealedAnswerType,
  sealedRequestType,
  sealRequest,
  type ServiceStatement,
} from '@holdfast/core'
import { type Answer, fieldOf, isRefusal, readWhole, streamOf } from './answer.ts'
import type { Bearer, Way } from './carrier.ts'
import type { Network, NetworkAnswer, NetworkRequest } from './ports.ts'

/** `offered`: sealed whenever the service has a key this device can use. `always`: not sent at all without one. */
export type Sealing = 'never' | 'offered' | 'always'

/** How a request travels. */
export type Manner = {
  readonly sealing: Sealing
  readonly timeoutCovers: NetworkRequest['timeoutCovers']
}

/**
 * Takes a request to the service in the manner the statement asks for under which it leaves. Rejects with `sealing_unavailable` or
 * `sealed_body_too_large` before anything is sent, with `answer_refused` for an answer that is not the one to this request.
 */
export type Carry = (
  request: NetworkRequest,
  manner: (statement: ServiceStatement) => Manner,
) => Promise<Answer>

type Read = (answer: NetworkAnswer) => Promise<Answer>
const unsealed: Read = async (answer) => ({ ...answer, sealed: false })

/** For what comes before any sealing key is known: statement and time prove themselves. */
export function plainly(network: Network): Carry {
  return async (request) => unsealed(await network(request))
}

function isUnavailable(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === 'sealing_unavailable'
}

/**
 * A statement is signed and never goes back, so nobody in the line can make it say that there is no key. Before what must be
 * sealed is given up the statement is fetched once: the service may offer a key again.
 */
export function sealing(bear: Bearer, refetch: Way['refetch'], crypto: CryptoPort): Carry {
  return async (request, manner) => {
    let read = unsealed
    async function compose(statement: ServiceStatement): Promise<NetworkRequest> {
      const { sealing: wish, timeoutCovers } = manner(statement)
      const plain = { ...request, timeoutCovers }
      read = unsealed
      if (wish === 'never') return plain
      const key = chooseSealingKey(statement.sealing, crypto.hpke.suites)
      if (key === null && wish === 'always') throw new HoldfastError('sealing_unavailable')
      if (key === null) return plain
      const sealed = await seal(request, { statement, key, crypto })
      read = sealed.read
      return sealed.request
    }
    const answer = await bear(compose).catch(async (error: unknown) => {
      if (!isUnavailable(error)) throw error
      await refetch().catch(() => undefined)
      return bear(compose)
    })
    return read(answer)
  }
}

type Seal = {
  readonly statement: ServiceStatement
  readonly key: KeyConfiguration
  readonly crypto: CryptoPort
}

async function seal(
  request: NetworkRequest,
  { statement: { iss, endpoints }, key, crypto }: Seal,
): Promise<{ request: NetworkRequest; read: Read }> {
  const { method, url, fields, body, ...way } = request
  if (!url.startsWith(`${iss}/`)) throw new TypeError('a sealed request goes to the origin of the service')
  const [scheme, authority] = iss.split('://') as [string, string]
  const inner = { method, scheme, authority, path: url.slice(iss.length), fields, body }
  const { message, open } = await sealRequest(inner, key, crypto)
  const outer: NetworkRequest = {
    ...way,
    method: 'POST',
    url: iss + endpoints.sealed,
    fields: [['content-type', sealedRequestType]],
    body: message,
    // Nothing of it can be used before all of it has come.
    timeoutCovers: 'answer',
  }
  return { request: outer, read: (answer) => readSealed(answer, open) }
}

async function readSealed(
  answer: NetworkAnswer,
  open: (sealed: Uint8Array) => Promise<BinaryResponse>,
): Promise<Answer> {
  if (isRefusal(answer)) return unsealed(answer)
  if (answer.status !== 200 || fieldOf(answer, 'content-type') !== sealedAnswerType) {
    await answer.body.cancel().catch(() => undefined)
    throw new HoldfastError('answer_refused')
  }
  const opened = await open(await readWhole(answer, maxSealedMessage))
  return {
    status: opened.status,
    rawFields: opened.fields.flat(),
    body: streamOf(opened.body),
    sealed: true,
  }
}
