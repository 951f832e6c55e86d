/** The vectors of docs/protocol.md 11 to 13, on every provider of cryptography. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fromBase64url, toBase64url } from '../src/bytes.ts'
import { nobleCrypto } from '../src/crypto/noble.ts'
import { nodeCrypto } from '../src/crypto/node.ts'
import type { CryptoPort } from '../src/crypto/port.ts'
import { webCrypto } from '../src/crypto/web.ts'
import type { PublicJwk } from '../src/jwk.ts'
import { finishProof, releaseKey } from '../src/passcode.ts'
import { isPresence, passkeyChallenge, type PresenceStatement } from '../src/presence.ts'
import {
  openRelease,
  openReleaseWith,
  passcodeWrappingKey,
  presenceWrappingKey,
  sealRelease,
  sealReleaseTo,
  type ShareRelease,
} from '../src/share.ts'
import { outcomeOf } from './refusal.ts'

const providers: ReadonlyArray<readonly [string, CryptoPort]> = [
  ['node:crypto', nodeCrypto],
  ['WebCrypto', webCrypto(globalThis.crypto)],
  ['noble', nobleCrypto({ random: (length) => nodeCrypto.random(length) })],
]

type Cases = {
  passcode_wrapping_key: { device_share: string; server_share: string; export_key: string; key: string }
  presence_wrapping_key: { device_share: string; server_share: string; secret: string; key: string }
  finish_proof: { session_key: string; login: string; signer: string; held: number; proof: string }
  sealed_release: { session_key: string; key: string; sealed: string; release?: ShareRelease }
  release_to: {
    seed: string
    reply_key: string
    challenge_id: string
    sealed: string
    release?: ShareRelease
  }
  passkey_challenge: { statement: PresenceStatement; hash: string }
  presence_jws: { statement: PresenceStatement; jws: string }
}
type Kind = keyof Cases
type Case<Of extends Kind> = Cases[Of] & { readonly kind: Of; readonly name: string; readonly expect: string }

const file = JSON.parse(readFileSync(new URL('../../../vectors/factor.json', import.meta.url), 'utf8')) as {
  readonly presence_key: PublicJwk
  readonly cases: ReadonlyArray<Case<Kind>>
}

function casesOf<Of extends Kind>(kind: Of): Array<Case<Of>> {
  const found = file.cases.filter((one) => one.kind === kind) as unknown as Array<Case<Of>>
  if (found.length === 0) throw new Error(`no case of ${kind}`)
  return found
}
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex')

it('has no case of a kind nobody knows', () => {
  const known: Record<Kind, true> = {
    passcode_wrapping_key: true,
    presence_wrapping_key: true,
    finish_proof: true,
    sealed_release: true,
    release_to: true,
    passkey_challenge: true,
    presence_jws: true,
  }
  expect(file.cases.filter(({ kind }) => !Object.hasOwn(known, kind))).toEqual([])
})

describe.each(providers)('vectors/factor.json on %s', (_, crypto) => {
  it.each(casesOf('passcode_wrapping_key'))('$name', async (one) => {
    const parts = {
      deviceShare: bytes(one.device_share),
      serverShare: bytes(one.server_share),
      exportKey: bytes(one.export_key),
    }
    expect(hex(await passcodeWrappingKey(parts, crypto))).toBe(one.key)
  })

  it.each(casesOf('presence_wrapping_key'))('$name', async (one) => {
    const parts = {
      secret: bytes(one.secret),
      deviceShare: bytes(one.device_share),
      serverShare: bytes(one.server_share),
    }
    expect(hex(await presenceWrappingKey(parts, crypto))).toBe(one.key)
  })

  it.each(casesOf('finish_proof'))('$name', async ({ session_key: key, login, signer, held, proof }) => {
    expect(await finishProof(bytes(key), { login, signer, held }, crypto)).toBe(proof)
  })

  it.each(casesOf('sealed_release'))('$name: $expect', async (one) => {
    const key = await releaseKey(bytes(one.session_key), crypto)
    expect(hex(key)).toBe(one.key)
    const opened: unknown[] = []
    const open = async (): Promise<unknown> => opened.push(await openRelease(key, one.sealed, crypto))
    expect(await outcomeOf(open)).toBe(one.expect)
    if (one.release === undefined) return
    expect(opened).toEqual([one.release])
    const nonce = fromBase64url(one.sealed).subarray(0, 12)
    expect(await sealRelease(key, one.release, { ...crypto, random: () => nonce })).toBe(one.sealed)
  })

  it.each(casesOf('release_to'))('$name: $expect', async (one) => {
    const { publicKey } = await crypto.hpke.deriveKeyPair('x25519', bytes(one.seed))
    expect(toBase64url(publicKey)).toBe(one.reply_key)
    const opened: unknown[] = []
    const open = async (sealed: string): Promise<unknown> =>
      opened.push(await openReleaseWith(bytes(one.seed), one.challenge_id, sealed, crypto))
    expect(await outcomeOf(() => open(one.sealed))).toBe(one.expect)
    if (one.release === undefined) return
    await open(await sealReleaseTo(publicKey, one.challenge_id, one.release, crypto))
    expect(opened).toEqual([one.release, one.release])
  })

  it.each(casesOf('passkey_challenge'))('$name', async ({ statement, hash }) => {
    expect(toBase64url(await passkeyChallenge(statement, crypto))).toBe(hash)
  })

  it.each(casesOf('presence_jws'))('$name: $expect', async ({ jws, statement, expect: expected }) => {
    const key = await crypto.importPublicKey(file.presence_key)
    expect(await isPresence(jws, statement, key, crypto)).toBe(expected === 'ok')
  })
})
