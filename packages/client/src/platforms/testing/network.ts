/**
 * A network with somebody in the line: it loses, repeats, forges and rewrites, and writes down everything that passes. Faults
 * meet requests in the order in which they were set; each request meets one of them at most.
 */
import type { Network, NetworkAnswer, NetworkRequest, Outgoing } from '../../ports.ts'
import { type Exchange, record } from './exchange.ts'

export type Match = (request: Outgoing) => boolean
export type ForgedAnswer = {
  readonly status: number
  readonly fields: ReadonlyArray<readonly [string, string]>
  readonly body: string | Uint8Array
}
/** What a proxy that ends TLS can do; both default to passing on what came. */
export type Rewrite = {
  readonly request?: (request: Outgoing) => Outgoing
  readonly answer?: (answer: NetworkAnswer, request: Outgoing) => NetworkAnswer | Promise<NetworkAnswer>
}

export type VirtualNetwork = {
  /** The next `times` requests arrive and are answered, and the phone hears nothing. */
  loseAnswer(times: number, match?: Match): void
  /** The next `times` requests never arrive. */
  dropRequest(times: number, match?: Match): void
  /** The next `times` requests arrive twice, the same bytes; the phone hears the second answer. */
  duplicate(times: number, match?: Match): void
  /** Requests that match get this answer and do not arrive; with `times`, that many. */
  forge(match: Match, answer: ForgedAnswer, times?: number): void
  /** Until {@link VirtualNetwork.calm}: every request and answer goes through here, also those other faults touch. */
  rewrite(rewrite: Rewrite): void
  /** Ends all faults. */
  calm(): void
  /** Called for every exchange when its answer's head or its failure is known. */
  tap(listener: (exchange: Exchange) => void): void
  /** Everything that went over the wire, in order. */
  readonly exchanges: readonly Exchange[]
}

type Act = 'lose' | 'drop' | 'duplicate' | ForgedAnswer
type Fault = { readonly match: Match; readonly act: Act; left: number }

function answerOf({ status, fields, body }: ForgedAnswer): NetworkAnswer {
  const { body: stream } = new Response(typeof body === 'string' ? body : new Uint8Array(body))
  return { status, rawFields: fields.flat(), body: stream ?? emptyBody() }
}

/** Reads an answer to its end and throws it away: the service has done its work. */
async function drain(answer: NetworkAnswer): Promise<void> {
  for (const reader = answer.body.getReader(); ; ) if ((await reader.read()).done) return
}

async function meet(
  fault: Fault | undefined,
  request: NetworkRequest,
  send: Network,
): Promise<NetworkAnswer> {
  if (fault === undefined) return send(request)
  fault.left--
  if (typeof fault.act === 'object') return answerOf(fault.act)
  if (fault.act === 'drop') throw new Error('the request was dropped')
  await drain(await send(request))
  if (fault.act === 'lose') throw new Error('the answer was lost')
  return send(request)
}

export function virtualNetwork(service: Network): VirtualNetwork & { readonly send: Network } {
  let faults: Fault[] = []
  let rewriting: Rewrite = {}
  const exchanges: Exchange[] = []
  const listeners: Array<(exchange: Exchange) => void> = []
  const add = (act: Act, times: number, match: Match = () => true): void => {
    faults.push({ act, match, left: times })
  }

  const through: Network = async (request) => {
    const changed = { ...request, ...rewriting.request?.(request) }
    const answer = await service(changed)
    return (await rewriting.answer?.(answer, request)) ?? answer
  }

  return {
    exchanges,
    async send(request: NetworkRequest): Promise<NetworkAnswer> {
      const fault = faults.find(({ left, match }) => left > 0 && match(request))
      const { exchange, answered, failed } = record(request)
      exchanges.push(exchange)
      try {
        return answered(await meet(fault, request, through))
      } catch (error) {
        failed()
        throw error
      } finally {
        for (const listener of listeners) listener(exchange)
      }
    },
    loseAnswer: (times: number, match?: Match): void => add('lose', times, match),
    dropRequest: (times: number, match?: Match): void => add('drop', times, match),
    duplicate: (times: number, match?: Match): void => add('duplicate', times, match),
    forge: (match: Match, answer: ForgedAnswer, times = Number.POSITIVE_INFINITY): void =>
      add(answer, times, match),
    rewrite(rewrite: Rewrite): void {
      rewriting = rewrite
    },
    calm(): void {
      faults = []
      rewriting = {}
    },
    tap(listener: (exchange: Exchange) => void): void {
      listeners.push(listener)
    },
  }
}

const emptyBody = (): ReadableStream<Uint8Array> =>
  new ReadableStream({ start: (controller) => controller.close() })

/** A service in this process, e.g. a function of `Request` and `Response`, as the network. */
export function handlerNetwork(handler: (request: Request) => Promise<Response>): Network {
  return async ({ method, url, fields, body }) => {
    const headers = fields.map(([name, value]): [string, string] => [name, value])
    const content = body.length > 0 ? { body: new Uint8Array(body) } : {}
    const response = await handler(new Request(url, { method, headers, ...content }))
    const stream = response.body ?? emptyBody()
    return { status: response.status, rawFields: [...response.headers].flat(), body: stream }
  }
}
