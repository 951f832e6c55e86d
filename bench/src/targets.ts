/** Everything the bench measures, in the order of the table. A new row is a new entry here. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild } from './child.ts'
import type { Listening } from './listen.ts'
import { makeServerCertificate, withoutOpenssl } from './server-certificate.ts'
import { roundTripTargets, transferTargets } from './approval/rows.ts'
import { phoneTargets } from './phone/rows.ts'
import { gateway, gatewayOnPostgres, library } from './protected.ts'
import type { Bench, HttpTarget, Running, Target, Traffic } from './target.ts'

const path = '/accounts/17?limit=20'

/** The two rows the usual floor is computed from; they are measured in every run. */
export const yardstick = 'bare undici proxy'
export const oneVerify = 'one P-256 verify'
/** What a sealed request takes besides. */
const oneExchange = 'one sealed exchange, X25519'
const hybridExchange = 'Holdfast core, exchange, X-Wing'
const plainAnswer = 'node:http, 1 KiB answer'
const handshake = 'Holdfast gateway, TLS handshake'

const sealedFloor = [yardstick, oneVerify, oneExchange]
const hybridFloor = [yardstick, oneVerify, hybridExchange]
const signedExchange = [oneExchange, oneVerify]

export const targets: readonly Target[] = [
  { kind: 'call', name: oneVerify, call: 'verify' },
  { kind: 'call', name: oneExchange, call: 'exchange' },
  peer(yardstick, 'peers/bare.js', plainTraffic),
  peer('bare proxy + one P-256 verify', 'peers/floor.js', plainTraffic),
  {
    ...peer('bare proxy + one P-256 verify + one sealed exchange', 'peers/sealed-floor.js', plainTraffic),
    floor: sealedFloor,
  },
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
  gateway({
    name: 'Holdfast gateway, sealed GET',
    method: 'GET',
    devices: 1_000,
    line: 'sealed',
    floor: sealedFloor,
  }),
  gateway({
    name: 'Holdfast gateway, sealed POST',
    method: 'POST',
    devices: 1_000,
    line: 'sealed',
    floor: sealedFloor,
  }),
  gateway({
    name: 'Holdfast gateway, sealed GET, X-Wing',
    method: 'GET',
    devices: 1_000,
    line: 'hybrid',
    floor: hybridFloor,
    guess: 1_000,
  }),
  gateway({ name: 'Holdfast gateway, signed GET, TLS', method: 'GET', devices: 1_000, line: 'tls' }),
  gateway({
    name: 'Holdfast gateway, signed GET, mutual TLS',
    method: 'GET',
    devices: 1_000,
    line: 'mutual',
  }),
  gateway({
    name: handshake,
    method: 'GET',
    devices: 1_000,
    line: 'tls',
    handshakes: true,
    floor: [oneVerify],
  }),
  gateway({
    name: 'Holdfast gateway, mutual TLS handshake',
    method: 'GET',
    devices: 1_000,
    line: 'mutual',
    handshakes: true,
    floor: [handshake],
  }),
  answering(plainAnswer, false),
  answering('node:https, 1 KiB answer', true),
  peer('fastify + reply-from + oauth4webapi DPoP', 'peers/fastify.js', provenTraffic),
  peer('express + oauth2-jwt-bearer DPoP', 'peers/express.js', provenTraffic),
  { kind: 'call', name: 'oauth4webapi token + DPoP', call: 'oauth4webapi' },
  { kind: 'call', name: 'jose token + DPoP proof', call: 'jose' },
  { kind: 'call', name: 'Holdfast core, exchange, X25519', call: 'core-x25519', floor: [oneExchange] },
  { kind: 'call', name: hybridExchange, call: 'core-x-wing', floor: [oneExchange] },
  { kind: 'call', name: 'jose JWE ECDH-ES X25519', call: 'jwe-x25519', floor: [oneExchange] },
  { kind: 'call', name: 'jose JWE ECDH-ES P-256', call: 'jwe-p256', floor: [oneExchange] },
  { kind: 'call', name: 'openpgp.js', call: 'openpgp', floor: signedExchange },
  { kind: 'call', name: 'AES-256-GCM, built-in key', call: 'built-in-key', floor: [oneExchange] },
  ...transferTargets,
  ...phoneTargets,
  ...roundTripTargets,
]

/** The rows a row's floor is made of. */
export function floorOf({ kind, floor }: Target): readonly string[] {
  return floor ?? (kind === 'http' ? [yardstick, oneVerify] : [oneVerify])
}

/** Answers of its own: what TLS costs without a proxy. */
function answering(name: string, withTls: boolean): HttpTarget {
  return {
    kind: 'http',
    name,
    workers: 1,
    place: 'apart',
    floor: [plainAnswer],
    missing: async () => (withTls ? withoutOpenssl() : undefined),
    async start(bench): Promise<Running> {
      const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
      const cert = withTls ? makeServerCertificate(folder) : null
      const tls = cert === null ? null : { cert, key: readFileSync(join(folder, 'server.key'), 'utf8') }
      rmSync(folder, { recursive: true })
      const child = await startChild('peers/answer.js', { cores: bench.cores, input: { tls } })
      const { port } = child.ready as Listening
      return {
        port,
        pid: child.pid,
        ...(cert === null ? {} : { tls: [{ ca: cert }] }),
        traffic: async () => plainTraffic(bench, port),
        stop: () => child.stop(),
      }
    },
  }
}

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
