/**
 * The way a request takes (docs/protocol.md 2.4, 10): which keys the TLS server may show, to which address it goes and under which
 * certificate. What a request says, and what is signed of it, stays the same. No option here or above lets an app go without.
 */
import { HoldfastError, type ServiceStatement } from '@holdfast/core'
import type { Network, NetworkAnswer, NetworkRequest, Platform } from './ports.ts'
import { noteRefusedKey } from './refused-key.ts'
import type { HeldCertificate, State } from './state.ts'

/** What a carrier asks about the service while a request waits. */
export type Way = {
  /** The statement in force; fetched when there is none or it has ended. */
  readonly statement: () => Promise<ServiceStatement>
  /** The statement in force at this very moment, if there is one. */
  readonly inForce: () => ServiceStatement | null
  /** Fetches the statement although there may be one in force. */
  readonly refetch: () => Promise<void>
  /** Milliseconds since 1970 by the service's clock. */
  readonly now: () => number
}

/** The request as this statement has it. Asked again when another one is in force before it has left. */
export type Compose = (statement: ServiceStatement) => Promise<NetworkRequest>

/** Sends what `compose` makes of the statement in force: rule, seal, pins and address are of one statement, or it is not sent. */
export type Bearer = (compose: Compose) => Promise<NetworkAnswer>

/** All of these reject with `server_key_refused` when the server's key is not pinned; then nothing was sent. */
export type Carrier = {
  /**
   * For the statement alone: TLS as the platform checks it, and no pins. The statement proves itself, and whoever has missed
   * every change of keys must still be able to learn the new ones.
   */
  readonly unpinned: Network
  /** Under the pins of this statement, whatever others say: for the time asked on first contact. */
  pinned(statement: ServiceStatement): Network
  /**
   * Under the statement in force. A key it does not name is a reason to look once whether a newer statement does: keys may
   * have changed since, and rules with them. Nothing was sent until then, so this repeats nothing. Goes out under the certificate this device holds, when
   * the service takes one.
   */
  current(way: Way): Bearer
  /** The same, never under a certificate: for the call that asks for one. */
  direct(way: Way): Bearer
}

export type CarrierOptions = { readonly platform: Platform; readonly state: State }

function isKeyRefusal(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === 'server_key_refused'
}

function withPins(request: NetworkRequest, { pins }: ServiceStatement): NetworkRequest {
  return pins === undefined || !request.url.startsWith('https:') ? request : { ...request, pins }
}

/** The same request at the address for connections with a certificate: the service's origin stands in its URL until here. */
function withIdentity(
  request: NetworkRequest,
  { iss, mutual }: ServiceStatement,
  held: HeldCertificate,
): NetworkRequest {
  if (mutual === undefined || !request.url.startsWith(`${iss}/`)) return request
  const url = mutual.origin + request.url.slice(iss.length)
  return { ...request, url, identity: { label: held.key.label, certificate: held.certificate } }
}

const samePins = (a: ServiceStatement, b: ServiceStatement): boolean =>
  JSON.stringify(a.pins) === JSON.stringify(b.pins)

/** Failures in a row after which a certificate is suspected: a listener that takes it no more may just break connections off. */
const suspicion = 2

export function createCarrier({ platform, state }: CarrierOptions): Carrier {
  const { network, tls, clock } = platform
  let failures = 0

  async function heldFor(statement: ServiceStatement, way: Way): Promise<HeldCertificate | null> {
    if (statement.mutual === undefined || !tls.identity) return null
    const certificate = await state.certificate()
    // One that has ended would only break the connection; without it the service can be asked for another.
    return certificate !== null && way.now() < certificate.expires * 1000 ? certificate : null
  }

  /** Under a certificate. When it seems to be what is wrong another one is due; until there is one, this one is shown on. */
  async function show(request: NetworkRequest, held: HeldCertificate): Promise<NetworkAnswer> {
    try {
      const answer = await network(request)
      failures = 0
      return answer
    } catch (error) {
      if (!isKeyRefusal(error) && request.signal?.aborted !== true && ++failures === suspicion)
        await state.saveCertificate({ ...held, renew: 0 }).catch(() => undefined)
      throw error
    }
  }

  function deliver(
    request: NetworkRequest,
    statement: ServiceStatement,
    held: HeldCertificate | null,
  ): Promise<NetworkAnswer> {
    if (held === null) return network(withPins(request, statement))
    return show(withPins(withIdentity(request, statement, held), statement), held)
  }

  /** Kept for the next good session (2.5), then thrown on. */
  async function refused(error: unknown): Promise<never> {
    await noteRefusedKey(state, error, clock.now())
    throw error
  }

  type Hold = (statement: ServiceStatement, way: Way) => Promise<HeldCertificate | null>
  const under =
    (hold: Hold) =>
    (way: Way): Bearer =>
    async (compose) => {
      let statement = await way.statement()
      async function send(): Promise<NetworkAnswer> {
        for (;;) {
          const request = await compose(statement)
          const held = await hold(statement, way)
          // Nothing is waited for between this and the network: what an older statement allowed does not leave under a newer one.
          if (way.inForce() === statement) return deliver(request, statement, held)
          statement = await way.statement()
        }
      }
      try {
        return await send()
      } catch (error) {
        if (!isKeyRefusal(error)) throw error
        const before = statement
        await way.refetch().catch(() => undefined)
        statement = await way.statement()
        if (samePins(before, statement)) return refused(error)
        return send().catch(refused)
      }
    }

  return {
    unpinned: network,
    pinned: (statement) => (request) => network(withPins(request, statement)).catch(refused),
    current: under(heldFor),
    direct: under(async () => null),
  }
}
