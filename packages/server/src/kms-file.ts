/** Keys that stand in the key file itself, and the passphrase that may close it. */
import { type ScryptOptions, scrypt as scryptCallback } from 'node:crypto'
import { promisify } from 'node:util'
import { fromBase64url, toBase64url } from '@holdfast/core'
import { generatePkcs8, importPrivateKey, nodeCrypto } from '@holdfast/core/node-crypto'
import type { Kms, PlacedKeyPair, Protection, Recipe } from './kms.ts'

const scrypt: (
  secret: Uint8Array,
  salt: Uint8Array,
  length: number,
  options: ScryptOptions,
) => Promise<Buffer> = promisify(scryptCallback)

type ScryptRecipe = Extract<Recipe, { kind: 'scrypt' }>

/** 128 MiB and some 0.3 s for each guess: the least OWASP's Password Storage Cheat Sheet names for scrypt. */
const cost = { N: 2 ** 17, r: 8, p: 1 } as const
const keyBytes = 32
const saltBytes = 16

/** `read` gives a fresh copy of the passphrase each time; it is overwritten after use. */
export function passphraseProtection(read: () => Uint8Array): Protection {
  /** One derivation serves a process: the key of the recipe last seen. */
  let held: { readonly recipe: ScryptRecipe; readonly key: Uint8Array } | null = null

  async function derive(recipe: ScryptRecipe): Promise<Uint8Array> {
    if (held !== null && JSON.stringify(held.recipe) === JSON.stringify(recipe)) return held.key
    const { N, r, p, salt } = recipe
    const passphrase = read()
    try {
      const key = await scrypt(passphrase, fromBase64url(salt), keyBytes, { N, r, p, maxmem: 256 * N * r })
      held?.key.fill(0)
      held = { recipe, key }
      return key
    } finally {
      passphrase.fill(0)
    }
  }

  return {
    async create(): ReturnType<Protection['create']> {
      const recipe =
        held?.recipe ??
        ({ kind: 'scrypt', ...cost, salt: toBase64url(nodeCrypto.random(saltBytes)) } as const)
      return { recipe, key: Uint8Array.from(await derive(recipe)) }
    },
    find: async (recipe: Recipe): Promise<Uint8Array | null> =>
      recipe.kind === 'scrypt' ? Uint8Array.from(await derive(recipe)) : null,
  }
}

/** PKCS#8 in base64url. Throws TypeError for anything else. */
export function openFileKey(said: string): PlacedKeyPair {
  const pkcs8 = fromBase64url(said)
  try {
    return { ...importPrivateKey(pkcs8), place: 'file' }
  } finally {
    pkcs8.fill(0)
  }
}

export function createFileKey(): string {
  const pkcs8 = generatePkcs8()
  try {
    return toBase64url(pkcs8)
  } finally {
    pkcs8.fill(0)
  }
}

/** Without a protection the file is readable: for loopback, tests, and whoever says that it is meant. */
export function fileKms(protection: Protection | null = null): Kms {
  return { createKey: createFileKey, openKey: openFileKey, isOwn: () => true, protection }
}
