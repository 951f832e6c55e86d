/** Everything the bench measures, in the order of the table. A new row is a new entry here. */

import { startChild } from './child.ts'
import type { Listening } from './listen.ts'
import { gateway, gatewayOnPostgres, library } from './protected.ts'
import type { Bench, HttpTarget, Running, Target, Traffic } from './target.ts'

const path = '/accounts/17?limit=20'

/** The two rows the floor is computed from; they are measured in every run. */
export const yardstick = 'bare undici proxy'
export const oneVerify = 'one P-256 verify'

export const targets: readonly Target[] = [
  { kind: 'call', name: oneVerify, call: 'verify' },
  peer(yardstick, 'peers/bare.js', plainTraffic),
  peer('bare proxy + one P-256 verify', 'peers/floor.js', plainTraffic),
  library({ name: 'Holdfast library, signed GET', method: 'GET', devices: 1_000 }),
  gateway({ name: 'Holdfast gateway, signed GET', method: 'GET', devices: 1_000 }),
  gateway({
    name: 'Holdfast gateway, signed GET, 200,000 devices',
    method: 'GET',
    devices: 200_000,
    slow: true,
  }),
  gateway({ name: 'Holdfast gateway, signed POST', method: 'POST', devices: 1_000 }),
  gatewayOnPostgres({
    name: 'same, PostgreSQL, nonces in it, GET',
    method: 'GET',
    devices: 1_000,
    nonces: 'postgres',
    workers: 1,
  }),
  ...[1, 2, 3].map((workers) =>
    gatewayOnPostgres({
      name: `same, PostgreSQL + Redis, GET, ${workers} worker${workers > 1 ? 's' : ''}`,
      method: 'GET',
      devices: 1_000,
      nonces: 'redis',
      workers,
      ...(workers > 2 ? { slow: true } : {}),
    }),
  ),
  gatewayOnPostgres({
    name: 'same, PostgreSQL + Redis, GET, 200,000 devices',
    method: 'GET',
    devices: 200_000,
    slow: true,
    nonces: 'redis',
    workers: 1,
  }),
  gatewayOnPostgres({
    name: 'same, PostgreSQL + Redis, POST',
    method: 'POST',
    devices: 1_000,
    nonces: 'redis',
    workers: 1,
  }),
  peer('fastify + reply-from + oauth4webapi DPoP', 'peers/fastify.js', provenTraffic),
  peer('express + oauth2-jwt-bearer DPoP', 'peers/express.js', provenTraffic),
  { kind: 'call', name: 'oauth4webapi token + DPoP', call: 'oauth4webapi' },
  { kind: 'call', name: 'jose token + DPoP proof', call: 'jose' },
]

type TrafficFor = (bench: Bench, port: number) => Traffic

function peer(name: string, script: string, trafficFor: TrafficFor): HttpTarget {
  return {
    kind: 'http',
    name,
    workers: 1,
    place: 'apart',
    async start(bench): Promise<Running> {
      const { backendPort, cores, credential } = bench
      const child = await startChild(script, { cores, input: { backendPort, credential } })
      const { port } = child.ready as Listening
      return {
        port,
        pid: child.pid,
        traffic: async () => trafficFor(bench, port),
        stop: () => child.stop(),
      }
    },
  }
}

function plainTraffic(_bench: Bench, port: number): Traffic {
  return {
    kind: 'same',
    request: `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: application/json\r\n\r\n`,
  }
}

function provenTraffic(bench: Bench, port: number): Traffic {
  return {
    kind: 'made',
    maker: new URL('proof.js', import.meta.url).href,
    state: { credential: bench.credential, origin: `http://127.0.0.1:${port}`, path },
  }
}
