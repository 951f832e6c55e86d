/** Cases of docs/protocol.md 3: each has one fault at most. The base is written out by the sender, not by the code under test. */
import { publicJwk, signerFor, testKeys } from './keys.mjs'
import { messageCases } from './request-message-cases.mjs'
import { now, origin, send } from './request-sender.mjs'
import { signatureCases } from './request-signature-cases.mjs'

const unchanged = (made) => made

/** Codes given before any signature is read: no base is made. */
const early = new Set([
  'ambiguous_request',
  'body_refused',
  'content_encoding_refused',
  'upgrade_refused',
  'method_refused',
  'signature_missing',
])

export function signedRequestVectors(existing) {
  const sign = signerFor(existing)
  return {
    description:
      'Signed requests and what a receiver answers, before any state (tokens, nonces, claims) is asked. Each has one fault at most.',
    source: ['docs/protocol.md 3', 'RFC 9421 section 2.5', 'RFC 9530', 'RFC 9651'],
    origin,
    now,
    keys: { session: publicJwk(testKeys.session), device: publicJwk(testKeys.device) },
    cases: [...signatureCases, ...messageCases].map(
      ([name, request, expect, mistakes = {}, way = unchanged]) => {
        const made = way(send(name, request, sign, mistakes))
        return Object.assign(made, { base: early.has(expect) ? null : made.base, expect })
      },
    ),
  }
}
