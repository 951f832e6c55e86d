/**
 * Enrolment challenges (docs/protocol.md 4.2). Nothing is remembered when one is given out, so asking for them costs the
 * service no memory: the challenge carries its end and a MAC. Only a used one is written down, until it would end anyway.
 */
import { concat, fromBase64url, toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Deployment } from './deployment.ts'

const randomBytes = 16
const endBytes = 8
/** 24 bytes are 32 characters without left-over bits; the MAC follows. */
const bodyLength = ((randomBytes + endBytes) * 4) / 3
const macContext = 'challenge'

function endOf(body: string): number {
  const bytes = fromBase64url(body)
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(randomBytes))
}

/** `random ‖ end in milliseconds ‖ MAC`, in base64url. */
export function makeChallenge({ keys, clock, policy }: Deployment): string {
  const end = new Uint8Array(endBytes)
  new DataView(end.buffer).setBigUint64(0, BigInt(clock.now() + policy.challengeLifeSeconds * 1000))
  const body = toBase64url(concat(nodeCrypto.random(randomBytes), end))
  return body + keys.mac(macContext, body)
}

/**
 * True for exactly one racer, and only for a challenge this service made that has not ended. A wiped memory forgets used
 * challenges; then the epoch marker still refuses the signed request around an old one (docs/protocol.md 3.5).
 */
export async function takeChallenge(challenge: string, deployment: Deployment): Promise<boolean> {
  const { keys, shortLived, clock } = deployment
  const body = challenge.slice(0, bodyLength)
  if (!keys.isMac(macContext, body, challenge.slice(bodyLength))) return false
  // The MAC holds: the body is one we encoded.
  const end = endOf(body)
  const now = clock.now()
  if (now >= end) return false
  const use = await shortLived.useNonce(macContext, body, now, end)
  return use.first
}
