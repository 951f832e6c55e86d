/** The seam: what a measured thing must offer. targets.ts lists them all; nothing else knows their names. */

import type { Ledger } from './approval/ledger.ts'
import type { Credential } from './credential.ts'

/**
 * What the load process does in one round. `same`: one request again and again. `made`: requests that
 * cannot be repeated (a nonce each); `maker` is the URL of a module with an export `make: Make`, which the
 * load process calls before the clock starts; `bare` is a state that leaves the credentials out, where they cannot be cut out
 * of a finished request. `handshakes`: TLS connections, opened in full and closed. `dialogues`: things that take several requests, each
 * made from the answer before; `maker` is the URL of a {@link Speaker}, and `callers` take one connection each.
 */
export type Traffic =
  | { kind: 'same'; request: string }
  | { kind: 'made'; maker: string; state: unknown; bare?: unknown }
  | { kind: 'handshakes' }
  | { kind: 'dialogues'; maker: string; state: unknown; callers: number }

/** A request whose outer answer says nothing: `inside` opens the answer's body and tells the status in it. */
export interface Sealed {
  readonly bytes: Uint8Array
  inside(body: Uint8Array): Promise<number>
}

/** Makes `count` complete HTTP/1.1 requests out of a JSON state, those of its phones in turn. Runs in the load process. */
export type Make = (state: unknown, count: number) => Uint8Array[] | Promise<Sealed[]>

/** An answer of HTTP/1.1. */
export interface Answer {
  readonly status: number
  /** All of it, one character for one octet. */
  readonly text: string
}

/** Sends one request and gives the whole answer. Rejects when the connection is lost. */
export type Send = (request: Uint8Array) => Promise<Answer>

/** One thing a caller wants, in as many requests as it takes. Throws WrongAnswer (dialogue.ts) unless it gets it. */
export type Dialogue = (send: Send) => Promise<void>

/** A module of dialogues. */
export interface Speaker {
  /** One for each caller, to be held again and again. Runs in the load process. */
  readonly speak: (state: unknown) => readonly Dialogue[]
  /** One by somebody with the wrong keys. */
  readonly stranger: (state: unknown) => Dialogue
}

/** PEM: whom a TLS connection of the load trusts, and who it is where the server asks. */
export interface ClientTls {
  readonly ca: string
  readonly cert?: string
  readonly key?: string
}

/** How much of everything there is: a quick run tries each way with a little of it. */
export interface Scale {
  /** Connections requests come over, and phones that sign them: each keeps to its own. */
  readonly callers: number
  /** The most devices a store is filled with. */
  readonly devices: number
  /** Phones that log in together. */
  readonly logins: number
}

/** What the bench lends to a target that starts. */
export interface Bench {
  /** Port of the JSON backend on 127.0.0.1. */
  readonly backendPort: number
  /** The cores the target must stay on; empty where the machine cannot pin. */
  readonly cores: readonly number[]
  /** A token and a key for the peers that check RFC 9449. */
  readonly credential: Credential
  /** The bank's ledger beside the backend, one for all who ask. */
  readonly ledger: () => Promise<Ledger>
  readonly scale: Scale
}

/** A started HTTP target. */
export interface Running {
  readonly port: number
  /** Root of its process tree: CPU time and memory are read from there. */
  readonly pid: number
  /** Absent: without TLS. Else the connections take turns, as the phones of a batch do. */
  readonly tls?: readonly ClientTls[]
  /** Asked before every round, outside the measured time, so tokens can be renewed. */
  traffic(): Promise<Traffic>
  stop(): Promise<void>
}

interface Named {
  readonly name: string
  /** The rows whose times together are the least this one can take. Absent: over HTTP the bare proxy and one verification, for a call that alone. */
  readonly floor?: readonly string[]
}

/** A server measured over HTTP, with 64 connections in a full run. */
export interface HttpTarget extends Named {
  readonly kind: 'http'
  /** About how many a second, for a target that is much slower than the others: how many requests are made for its warm-up. */
  readonly guess?: number
  /** Takes long to prepare: `--quick` leaves it out. */
  readonly slow?: true
  /** A round of it takes so many times as long as one of the others: what it does takes long. */
  readonly patience?: number
  /** How many processes serve, and so how many cores it is given as far as the machine goes. */
  readonly workers: number
  /** `apart`: load, backend and target on a core each. `together`: load and backend share one, leaving more to the target. */
  readonly place: 'apart' | 'together'
  /** Why it cannot be measured here, or undefined. Asked before `start`. */
  missing?(): Promise<string | undefined>
  start(bench: Bench): Promise<Running>
}

/** The names peers/calls.ts knows. */
export type CallName =
  | 'verify'
  | 'exchange'
  | 'oauth4webapi'
  | 'jose'
  | 'core-x25519'
  | 'core-x-wing'
  | 'jwe-x25519'
  | 'jwe-p256'
  | 'openpgp'
  | 'built-in-key'
  | 'read-form'
  | 'read-batch'
  | 'judge'

/** A function measured inside one process, without HTTP. */
export interface CallTarget extends Named {
  readonly kind: 'call'
  readonly call: CallName
}

/** Where the phone's half is measured: on Node, in Chromium, at the service that answers many phones, or between a phone and a gateway. */
export type PhoneHost = 'node' | 'chromium' | 'logins' | 'approvals'

/** Something a phone does, or a service for phones, one after another and without 64 connections. */
export interface PhoneTarget extends Named {
  readonly kind: 'phone'
  readonly host: PhoneHost
  /** What the host calls it. */
  readonly act: string
  /** Empty: it is compared with nothing. */
  readonly floor: readonly string[]
  missing?(): Promise<string | undefined>
}

export type Target = HttpTarget | CallTarget | PhoneTarget

/** What one round of one target gave. Latencies in milliseconds; null where nothing was measured. */
export interface Sample {
  readonly completed: number
  readonly failed: number
  /** The first wrong answer, cut short; says what to mend when `failed` is not 0. */
  readonly failure: string | null
  readonly elapsedMs: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}
