/**
 * The ways into the offline store (docs/protocol.md 13.6): its key wrapped under the device's share and a secret that needs no service, the
 * one behind finger or face, or the stretched passcode.
 */
import {
  concat,
  fromBase64url,
  HoldfastError,
  idSchema,
  keyStretching,
  toBase64url,
  utf8,
} from '@holdfast/core'
import * as v from 'valibot'
import type { Platform } from './ports.ts'
import type { Factor } from './prompt.ts'
import { deviceShare } from './share.ts'
import { derivedKey, type KeyName, zero } from './vault-key.ts'
import { unwrapKey, type WrapPlace, wrapKey } from './wrap.ts'

const text = v.pipe(v.string(), v.minLength(1))
const bytes = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]+$/))
export type OfflineWay =
  | { kind: 'passcode'; way: string; salt: string; wrapped: string }
  | { kind: 'presence'; way: string; label: string; wrapped: string }
export const waySchema: v.GenericSchema<unknown, OfflineWay> = v.variant('kind', [
  v.strictObject({ kind: v.literal('passcode'), way: idSchema, salt: bytes, wrapped: bytes }),
  v.strictObject({ kind: v.literal('presence'), way: idSchema, label: text, wrapped: bytes }),
])

/** What an unlock just used; `secret` is the caller's to zero. */
export type UsedFactor =
  | { readonly kind: 'passcode'; readonly way: string; readonly passcode: string }
  | { readonly kind: 'presence'; readonly way: string; readonly label: string; readonly secret: Uint8Array }

export type OfflineWays = {
  /** Whether the passcode may open it here at all. */
  readonly takesPasscode: boolean
  /** The offline key wrapped for this factor. */
  wrapFor(vault: string, key: Uint8Array, by: UsedFactor): Promise<OfflineWay>
  /** The offline key, or null when this is not the secret it is wrapped under. Rejects with `offline_refused` where there is no such way. */
  unwrapBy(
    known: { readonly vault: string; readonly ways: readonly OfflineWay[] },
    factor: Factor,
  ): Promise<Uint8Array | null>
}

const placeOf = (vault: string, way: string): WrapPlace => ({ vault, way, number: 0 })

/** What the offline key is wrapped under. Each function's result is the caller's to zero. */
function createWrapping({ crypto, secrets, stretch, presence }: Platform) {
  async function join(vault: string, secret: Uint8Array, name: KeyName): Promise<Uint8Array> {
    const share = await deviceShare(secrets, vault)
    const joined = concat(share, secret)
    try {
      return await derivedKey(joined, name, crypto)
    } finally {
      zero(share, joined)
    }
  }
  return {
    /** Without hardware the share lies beside the wrap, and whoever copies both guesses in peace. */
    takesPasscode: secrets.hardware && stretch !== null,
    async byPasscode(vault: string, passcode: string, salt: Uint8Array): Promise<Uint8Array> {
      if (!secrets.hardware || stretch === null) throw new HoldfastError('offline_refused')
      const password = utf8(passcode.normalize('NFC'))
      const stretched = await stretch(password, salt, { ...keyStretching, length: 32 })
      try {
        return await join(vault, stretched, 'offlineByPasscode')
      } finally {
        zero(password, stretched)
      }
    },
    bySecret: (vault: string, secret: Uint8Array) => join(vault, secret, 'offlineByPresence'),
    async byTouch(vault: string, label: string): Promise<Uint8Array> {
      if (presence === null) throw new HoldfastError('offline_refused')
      const secret = await presence.secret(label)
      try {
        return await join(vault, secret, 'offlineByPresence')
      } finally {
        zero(secret)
      }
    },
  }
}

export function createOfflineWays(platform: Platform): OfflineWays {
  const { crypto } = platform
  const wrapping = createWrapping(platform)
  return {
    takesPasscode: wrapping.takesPasscode,

    async wrapFor(vault: string, key: Uint8Array, by: UsedFactor): Promise<OfflineWay> {
      const salt = crypto.random(16)
      const under =
        by.kind === 'passcode'
          ? await wrapping.byPasscode(vault, by.passcode, salt)
          : await wrapping.bySecret(vault, by.secret)
      const wrapped = await wrapKey(key, under, placeOf(vault, by.way), crypto)
      zero(under)
      return by.kind === 'passcode'
        ? { kind: 'passcode', way: by.way, salt: toBase64url(salt), wrapped }
        : { kind: 'presence', way: by.way, label: by.label, wrapped }
    },

    async unwrapBy({ vault, ways }, factor): Promise<Uint8Array | null> {
      const kind = 'passcode' in factor ? 'passcode' : 'presence'
      const way = ways.find((each) => each.kind === kind)
      if (way === undefined) throw new HoldfastError('offline_refused')
      const under =
        way.kind === 'passcode' && 'passcode' in factor
          ? await wrapping.byPasscode(vault, factor.passcode, fromBase64url(way.salt))
          : await wrapping.byTouch(vault, way.kind === 'presence' ? way.label : '')
      const key = await unwrapKey(way.wrapped, under, placeOf(vault, way.way), crypto)
      zero(under)
      return key
    },
  }
}
