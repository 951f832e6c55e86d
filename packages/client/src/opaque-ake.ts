/** OPAQUE-3DH, the client's half (RFC 9807 section 6.4): three Diffie-Hellman secrets and a MAC of each side over all that was said. */
import { concat, equal, HoldfastError, utf8 } from '@holdfast/core'
import type { Identities } from './opaque-envelope.ts'
import { diffieHellman, expand, extract, hash, mac, prefixed, sizes, wipe } from './opaque-suite.ts'

/** All that was said, in the order of the preamble. */
export type Transcript = {
  /** An application's own words, empty in Holdfast. */
  readonly context: Uint8Array
  readonly identities: Identities
  readonly ke1: Uint8Array
  readonly credentialResponse: Uint8Array
  readonly serverNonce: Uint8Array
  readonly serverKeyshare: Uint8Array
}
/** Ours: the ephemeral secret of KE1 and the long-term one of the envelope. Theirs: the long-term key; the ephemeral is in the transcript. */
export type AkeKeys = {
  readonly clientSecret: Uint8Array
  readonly clientPrivateKey: Uint8Array
  readonly serverPublicKey: Uint8Array
}

/** AuthClientFinalize: KE3 is the client's MAC. Throws `answer_refused` when `serverMac` is not the server's over this transcript. */
export function authClientFinalize(
  keys: AkeKeys,
  transcript: Transcript,
  serverMac: Uint8Array,
): { ke3: Uint8Array; sessionKey: Uint8Array } {
  const said = preamble(transcript)
  const shared = tripleDiffieHellman(keys, transcript.serverKeyshare)
  const derived = deriveKeys(shared, hash(said))
  wipe(shared)
  const expected = mac(derived.serverMacKey, hash(said))
  const ke3 = mac(derived.clientMacKey, hash(concat(said, expected)))
  wipe(derived.serverMacKey, derived.clientMacKey)
  if (!equal(expected, serverMac)) {
    wipe(derived.sessionKey)
    throw new HoldfastError('answer_refused')
  }
  return { ke3, sessionKey: derived.sessionKey }
}

function preamble(transcript: Transcript): Uint8Array {
  const { context, identities, ke1, credentialResponse, serverNonce, serverKeyshare } = transcript
  return concat(
    utf8('OPAQUEv1-'),
    prefixed(context),
    prefixed(identities.client),
    ke1,
    prefixed(identities.server),
    credentialResponse,
    serverNonce,
    serverKeyshare,
  )
}

function tripleDiffieHellman(keys: AkeKeys, serverKeyshare: Uint8Array): Uint8Array {
  const secrets = [
    diffieHellman(keys.clientSecret, serverKeyshare),
    diffieHellman(keys.clientSecret, keys.serverPublicKey),
    diffieHellman(keys.clientPrivateKey, serverKeyshare),
  ]
  const all = concat(...secrets)
  wipe(...secrets)
  return all
}

function deriveKeys(
  ikm: Uint8Array,
  transcriptHash: Uint8Array,
): { serverMacKey: Uint8Array; clientMacKey: Uint8Array; sessionKey: Uint8Array } {
  const none = new Uint8Array(0)
  const prk = extract(ikm)
  const handshakeSecret = deriveSecret(prk, 'HandshakeSecret', transcriptHash)
  const keys = {
    serverMacKey: deriveSecret(handshakeSecret, 'ServerMAC', none),
    clientMacKey: deriveSecret(handshakeSecret, 'ClientMAC', none),
    sessionKey: deriveSecret(prk, 'SessionKey', transcriptHash),
  }
  wipe(prk, handshakeSecret)
  return keys
}

/** Derive-Secret: Expand-Label to one hash; label and context with their lengths in one octet each. */
function deriveSecret(secret: Uint8Array, label: string, context: Uint8Array): Uint8Array {
  const name = utf8(`OPAQUE-${label}`)
  const length = Uint8Array.of(sizes.hash >> 8, sizes.hash & 255)
  const info = concat(length, Uint8Array.of(name.length), name, Uint8Array.of(context.length), context)
  return expand(secret, info, sizes.hash)
}
