/** The verified identity on its way to one backend (docs/protocol.md 7). */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import {
  type AccessTokenClaims,
  type Fields,
  type ForwardAlgorithm,
  type ForwardParameters,
  forwardBase,
  forwardLabel,
  identityFields,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Clock, KeyRing, VerifiedRequest } from '@holdfast/server'
import type { RandomPool } from './random-pool.ts'

export type IdentityMode =
  /** The secret has at least 32 bytes. */
  | { readonly mode: 'hmac-sha256'; readonly secret: Uint8Array }
  | { readonly mode: 'signature' }
  /** Unsigned. Whoever reaches the backend's port can be anybody: loopback only. */
  | { readonly mode: 'insecurePlain' }

export type IdentityOptions = {
  /** The upstream's name: the audience of every identity, and `keyid` of the hmac. */
  readonly name: string
  readonly identity: IdentityMode
  readonly keys: KeyRing
  readonly clock: Clock
  readonly random: RandomPool
  /** The policy's: how long a device is new to backends. */
  readonly coolingSeconds: number
}

/** As the backend sees the request: its target, and the names of the fields its route adds to what is signed. */
export type ForwardedTo = {
  readonly target: string
  readonly routeFields: readonly string[]
  /** Content-Digest of a body other than the one that was sent: canonical JSON of what was approved. */
  readonly digest?: string
}

/** Appends identity and signature to the flat list of all other fields that go to the backend. */
export type AddIdentity = (verified: VerifiedRequest, to: ForwardedTo, into: string[]) => void

type Sign = (base: string) => string
type Signer = { readonly keyid: string; readonly algorithm: ForwardAlgorithm; readonly sign: Sign }

const minSecretBytes = 32
const nonceBytes = 16

function hmacSigner(keyid: string, secret: Uint8Array): () => Signer {
  if (secret.length < minSecretBytes) throw new TypeError('the secret of an upstream has at least 32 bytes')
  // Imported once: on Node 24 a key given as bytes costs five times the HMAC itself.
  const key: KeyObject = createSecretKey(secret)
  const sign: Sign = (base) => createHmac('sha256', key).update(base, 'latin1').digest('base64')
  const signer: Signer = { keyid, algorithm: 'hmac-sha256', sign }
  return () => signer
}

function keySigner(keys: KeyRing): () => Signer {
  return () => {
    const { kid, privateKey } = keys.forward()
    const sign: Sign = (base) => Buffer.from(nodeCrypto.sign(privateKey, utf8(base))).toString('base64')
    return { keyid: kid, algorithm: 'ecdsa-p256-sha256', sign }
  }
}

export function createIdentity(options: IdentityOptions): AddIdentity {
  const { name, identity, keys, clock, random } = options
  const vouch = createVouching(options)
  if (identity.mode === 'insecurePlain') {
    return (verified, to, into) => vouch(verified, to, into)
  }
  const signer = identity.mode === 'hmac-sha256' ? hmacSigner(name, identity.secret) : keySigner(keys)
  return (verified, to, into) => {
    const { target, routeFields } = to
    const { keyid, algorithm, sign } = signer()
    vouch(verified, to, into)
    const parameters: ForwardParameters = {
      created: Math.floor(clock.now() / 1000),
      nonce: random(nonceBytes),
      keyid,
      algorithm,
    }
    // Read from what is sent, so nothing is signed that the backend does not get.
    const message = { method: verified.head.method, target, fields: fieldsIn(into) }
    const { base, input } = forwardBase(message, routeFields, parameters)
    into.push('signature-input', `${forwardLabel}=${input}`, 'signature', `${forwardLabel}=:${sign(base)}:`)
  }
}

function fieldsIn(list: readonly string[]): Fields {
  const fields = new Map<string, string>()
  for (let i = 0; i < list.length; i += 2) fields.set(list[i] as string, list[i + 1] as string)
  return fields
}

type Vouched = {
  readonly fields: readonly string[]
  readonly cooling: readonly string[]
  readonly untilMs: number
}

/**
 * Appends what only a verified request brings along: the digest its body was compared with, and who asks the audience. The
 * claims of a session stay the same object while it is cached, and name its device: what they say is made once.
 */
function createVouching({ name: audience, clock, coolingSeconds }: IdentityOptions): AddIdentity {
  const identities = new WeakMap<AccessTokenClaims, Vouched>()

  function identityOf({ claims, device }: VerifiedRequest): Vouched {
    const known = identities.get(claims)
    if (known !== undefined) return known
    const { sub: user, sid: session, acr, auth_time: authTime } = claims
    const identity = { user, device: device.id, session, acr, authTime }
    const untilMs = device.createdAt + coolingSeconds * 1000
    const coolingUntil = Math.ceil(untilMs / 1000)
    const made = {
      fields: identityFields(identity, audience).flat(),
      cooling: identityFields({ ...identity, coolingUntil }, audience).flat(),
      untilMs,
    }
    identities.set(claims, made)
    return made
  }

  return (verified, to, into) => {
    const digest = to.digest ?? verified.head.fields.get('content-digest')
    if (digest !== undefined) into.push('content-digest', digest)
    const { fields, cooling, untilMs } = identityOf(verified)
    into.push(...(clock.now() < untilMs ? cooling : fields))
  }
}
