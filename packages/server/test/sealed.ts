/** Requests that travel sealed, and answers opened by whoever sealed them: core alone, no client. */
import {
  type BinaryResponse,
  chooseSealingKey,
  type KeyConfiguration,
  sealedAnswerType,
  sealedPath,
  sealedRequestType,
  sealRequest,
  type SealingSuite,
  type ServiceStatement,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { HoldfastServer, OwnAnswer, RequestHead } from '@holdfast/server'
import { headOf, origin, payloadOf } from './rig.ts'

export async function statementOf(server: HoldfastServer): Promise<ServiceStatement> {
  const answer = await server.answer(headOf('GET', '/.well-known/holdfast', []), new Uint8Array())
  if (answer.status !== 200) throw new Error(`no statement: ${answer.refusal?.code ?? answer.status}`)
  return payloadOf(Buffer.from(answer.body).toString()) as unknown as ServiceStatement
}

export async function sealingKeyOf(
  server: HoldfastServer,
  suites: readonly SealingSuite[] = nodeCrypto.hpke.suites,
): Promise<KeyConfiguration> {
  const configuration = chooseSealingKey((await statementOf(server)).sealing, suites)
  if (configuration === null) throw new Error('the statement offers no sealing key')
  return configuration
}

export type Inner = {
  readonly method: string
  readonly target: string
  readonly fields?: ReadonlyArray<readonly [string, string]>
  readonly body?: Uint8Array
  readonly authority?: string
}

export type Sealed = {
  readonly head: RequestHead
  readonly message: Uint8Array
  open(answer: OwnAnswer): Promise<BinaryResponse>
}

export function outerHead(message: Uint8Array, contentType: string = sealedRequestType): RequestHead {
  const fields = [
    ['content-type', contentType],
    ['content-length', String(message.length)],
  ] as const
  return headOf('POST', sealedPath, fields)
}

export async function sealInner(inner: Inner, configuration: KeyConfiguration): Promise<Sealed> {
  const { method, target, fields = [], body = new Uint8Array(), authority } = inner
  const request = {
    method,
    scheme: 'https',
    authority: authority ?? new URL(origin).host,
    path: target,
    fields,
    body,
  }
  const { message, open } = await sealRequest(request, configuration, nodeCrypto)
  return {
    head: outerHead(message),
    message,
    async open(answer: OwnAnswer): Promise<BinaryResponse> {
      const type = answer.fields.find(([name]) => name === 'content-type')?.[1]
      if (answer.status !== 200 || type !== sealedAnswerType)
        throw new Error(`not sealed: ${answer.refusal?.code ?? answer.status}`)
      return open(answer.body)
    },
  }
}

/** What a gateway does with a sealed request for a path of Holdfast's own. */
export async function answerSealed(
  server: HoldfastServer,
  { head, message }: Pick<Sealed, 'head' | 'message'>,
): Promise<OwnAnswer> {
  try {
    const exchange = await server.sealing?.open(head, message)
    if (exchange === undefined) throw new Error('sealing is off')
    return await exchange.seal(await server.answer(exchange.head, exchange.body))
  } catch (error) {
    return server.refuse(error, head)
  }
}
