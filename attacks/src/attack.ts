/** What an attack is, and the only two ways it may end. */
import type { ErrorCode } from '@holdfast/core'
import type { Answer } from './raw.ts'
import type { Target } from './target.ts'

export type Outcome =
  /** Refused with this code, or `harmless`: let through, yet the harm it aims at did not come about. */
  | { readonly kind: 'repelled'; readonly code: ErrorCode | 'harmless' }
  /** The harm was seen: what, in one line. */
  | { readonly kind: 'succeeded'; readonly evidence: string }

/**
 * One change to one file of the built packages that takes away exactly the defence the attack aims at. `text` must stand in
 * the file exactly once: when it does not, the defence has moved and the suite fails.
 */
export type Weakening = {
  /** Package and file under its dist, e.g. `server/request.js`. */
  readonly file: string
  readonly text: string
  /** What stands there instead; empty removes it. */
  readonly instead: string
  /** Where one defence stands in several places, the others: each alone stops the attack, so it lives only without all of them. */
  readonly also?: readonly Weakening[]
}

/** What the attack's target must be like when the usual one (one process, memory store) will not do. */
export type Setting = {
  /** `embedded` survives a restart; `cluster` is two nodes on PostgreSQL and Redis. */
  readonly store?: 'memory' | 'embedded' | 'cluster'
  /** It ends TLS itself, at an `https` origin; phones are told to pin its key, or not. */
  readonly tls?: 'pinned' | 'unpinned'
  /** It has a listener of its own for connections with a client certificate. */
  readonly mutual?: true
  /** Merged into the gateway's configuration; `policy` and `upstream` (its one backend) member by member. */
  readonly config?: Readonly<Record<string, unknown>>
  /** The most its heap may grow to: who makes it grow ends the process. */
  readonly heapMegabytes?: number
}

export type Attack = {
  readonly id: string
  readonly title: string
  /** What the attacker holds and can do. */
  readonly power: string
  /** What it would gain. */
  readonly gain: string
  /** Row of the requirements. */
  readonly requirement: string
  /** Section of docs/protocol.md that promises the defence. */
  readonly section: string
  readonly expect: ErrorCode | 'harmless'
  readonly weaken: Weakening
  /** A target of its own, or of all attacks that name the very same object. Without it the attack also runs against a deployment. */
  readonly setting?: Setting
  /** It must see what arrives at the backend, so it runs against the suite's own only. */
  readonly watchesBackend?: true
  /** It forges certificates with the openssl command. */
  readonly forgesCertificates?: true
  readonly run: (target: Target) => Promise<Outcome>
}

export function repelled(code: ErrorCode | 'harmless'): Outcome {
  return { kind: 'repelled', code }
}
export function succeeded(evidence: string): Outcome {
  return { kind: 'succeeded', evidence }
}

/**
 * Judges an answer: `harm` looks for the damage first, so a refusal that came too late counts as a success. Neither refused
 * nor harmful is an error of the suite.
 */
export function verdict(answer: Answer, harm: string | false): Outcome {
  if (harm !== false) return succeeded(harm)
  if (answer.code !== null) return repelled(answer.code)
  throw new Error(`neither refused nor harmful: status ${answer.status} ${answer.text.slice(0, 200)}`)
}

/** Repelled when it did no harm, whatever the answer was. */
export function harmless(harm: string | false): Outcome {
  return harm === false ? repelled('harmless') : succeeded(harm)
}
