/** The rows of Holdfast itself: as a library in node:http, and as the gateway, alone or in several processes. */

import { nodeCrypto } from '@holdfast/core/node-crypto'
import { openKeyFile, systemClock } from '@holdfast/server'
import { postgresStore } from '@holdfast/server/sql'
import { startChild } from './child.ts'
import { serve } from './command.ts'
import { createDatabase, postgresUrl, redisUrl, unreachable } from './database.ts'
import { clientCertificate, sealingConfig } from './identity.ts'
import type { GatewayReady, SignedReady } from './peers/input.ts'
import { createPlace, isTls, origin } from './place.ts'
import type { Line, Place } from './place.ts'
import { populate } from './population.ts'
import type { SealedTraffic } from './sealed.ts'
import { withoutOpenssl } from './server-certificate.ts'
import type { SignedTraffic, Signer } from './signed.ts'
import type { Bench, ClientTls, HttpTarget, Running, Traffic } from './target.ts'

/** GET carries no body and no Idempotency-Key; POST has both, so each one claims its key in the durable store. */
export type Method = 'GET' | 'POST'

export interface ProtectedOptions {
  readonly name: string
  readonly method: Method
  /** How many devices the store holds. As many as there are callers have a session and take turns. */
  readonly devices: number
  readonly slow?: true
  readonly floor?: readonly string[]
  readonly guess?: number
}

export interface GatewayOptions extends ProtectedOptions {
  readonly line?: Line
  /** Measures TLS handshakes instead of requests. */
  readonly handshakes?: true
}

export interface PostgresOptions extends ProtectedOptions {
  readonly nonces: 'redis' | 'postgres'
  readonly workers: number
}

const bodies: Record<Method, string> = { GET: '', POST: '{"to":"acc-18","amount":"10.00","currency":"EUR"}' }

function signedTraffic(method: Method, signedOrigin: string, signers: readonly Signer[]): SignedTraffic {
  const path = method === 'GET' ? '/accounts/17?limit=20' : '/transfers'
  return { origin: signedOrigin, method, path, body: bodies[method], signers }
}

function trafficOf(method: Method, signedOrigin: string, signers: readonly Signer[]): Traffic {
  const state = signedTraffic(method, signedOrigin, signers)
  return { kind: 'made', maker: new URL('signed.js', import.meta.url).href, state }
}

/** Keys rotate, so the statement is asked before each round. */
async function sealedTraffic(method: Method, { port, signers }: GatewayReady): Promise<Traffic> {
  const inner = signedTraffic(method, origin, signers)
  const state: SealedTraffic = { inner, config: await sealingConfig(port), bare: false }
  const maker = new URL('sealed.js', import.meta.url).href
  return { kind: 'made', maker, state, bare: { ...state, bare: true } }
}

export function library({ method, devices, ...facts }: ProtectedOptions): HttpTarget {
  return {
    kind: 'http',
    ...facts,
    workers: 1,
    place: 'apart',
    async start({ backendPort, cores, scale }): Promise<Running> {
      const input = { backendPort, devices: Math.min(devices, scale.devices), sessions: scale.callers }
      const child = await startChild('peers/library.js', { cores, input })
      const { port, origin: signedOrigin, signers } = child.ready as SignedReady
      return {
        port,
        pid: child.pid,
        traffic: async () => trafficOf(method, signedOrigin, signers),
        stop: () => child.stop(),
      }
    },
  }
}

export function gateway({ method, devices, line, handshakes, ...facts }: GatewayOptions): HttpTarget {
  return {
    kind: 'http',
    ...facts,
    workers: 1,
    place: 'apart',
    missing: async () => (isTls(line) ? withoutOpenssl() : undefined),
    async start({ backendPort, cores, scale }): Promise<Running> {
      const place = createPlace({ backendPort, postgres: null, redis: null, ...(line && { line }) })
      const { configFile } = place
      const input = { configFile, devices: Math.min(devices, scale.devices), sessions: scale.callers }
      const child = await startChild('peers/gateway.js', { cores, input, logFile: place.logFile })
      const ready = child.ready as GatewayReady
      const tls = await clientTls(place, ready)
      return {
        port: ready.mutualPort ?? ready.port,
        pid: child.pid,
        ...(tls && { tls }),
        async traffic() {
          if (handshakes) return { kind: 'handshakes' }
          return line === 'sealed' || line === 'hybrid'
            ? sealedTraffic(method, ready)
            : trafficOf(method, origin, ready.signers)
        },
        async stop() {
          await child.stop()
          place.clear()
        },
      }
    },
  }
}

/** One for each phone where it has to show who it is. */
async function clientTls({ certificate }: Place, ready: GatewayReady): Promise<ClientTls[] | undefined> {
  if (certificate === undefined) return undefined
  const ca = certificate
  const { port, mutualPort, signers } = ready
  if (mutualPort === null) return [{ ca }]
  return Promise.all(
    signers.map(async (phone) => ({
      ca,
      cert: await clientCertificate(port, phone),
      key: phone.device.privateKey,
    })),
  )
}

/** The command itself. Devices get into its database from outside. */
export function gatewayOnPostgres(options: PostgresOptions): HttpTarget {
  const { devices: _, method, nonces, workers, ...facts } = options
  return {
    kind: 'http',
    ...facts,
    workers,
    place: workers > 1 ? 'together' : 'apart',
    async missing() {
      return (await unreachable(postgresUrl)) ?? (nonces === 'redis' ? unreachable(redisUrl) : undefined)
    },
    start: (bench) =>
      startOnPostgres(options, bench).then(({ signers, ...running }) => ({
        ...running,
        traffic: async () => trafficOf(method, origin, signers),
      })),
  }
}

async function startOnPostgres(
  { workers, nonces, devices }: PostgresOptions,
  { backendPort, cores, scale }: Bench,
): Promise<Omit<Running, 'traffic'> & { readonly signers: readonly Signer[] }> {
  const database = await createDatabase()
  const place = createPlace({
    backendPort,
    postgres: database.url,
    redis: nonces === 'redis' ? redisUrl : null,
  })
  const serving = await serve(place, { workers, cores })
  const sessions = scale.callers
  await database.fill(Math.min(devices, scale.devices) - sessions)
  const store = await postgresStore({ url: database.url })
  const keys = await openKeyFile(place.keyFile, { clock: systemClock, crypto: nodeCrypto })
  const signers = await populate({ store, keys, origin, devices: sessions, sessions })
  await store.close()
  return {
    pid: serving.pid,
    port: serving.ready.port,
    signers,
    async stop() {
      await serving.stop()
      await database.drop()
      place.clear()
    },
  }
}
