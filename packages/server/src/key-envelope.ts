/** The key file as it lies on disk: the record as JSON, or that JSON encrypted (AES-256-GCM) and beside it how the key is found. */
import { fromBase64url, fromUtf8, toBase64url, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import * as v from 'valibot'
import type { Protection, Recipe } from './kms.ts'

const b64u = (bytes: number): v.GenericSchema<unknown, string> =>
  v.pipe(v.string(), v.regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$`)))
/** Bounds on what a file may ask for: enough to be a defence, not so much that reading it takes the machine down. */
const whole = (least: number, most: number): v.GenericSchema<unknown, number> =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most))

const recipe: v.GenericSchema<unknown, Recipe> = v.variant('kind', [
  v.strictObject({
    kind: v.literal('scrypt'),
    N: v.picklist([2 ** 15, 2 ** 16, 2 ** 17, 2 ** 18, 2 ** 19, 2 ** 20]),
    r: v.literal(8),
    p: whole(1, 16),
    salt: b64u(16),
  }),
  v.strictObject({ kind: v.literal('pkcs11'), key: b64u(16), nonce: b64u(12), wrapped: b64u(48) }),
])

type Envelope = { version: 1; recipe: Recipe; nonce: string; sealed: string }
const envelope: v.GenericSchema<unknown, Envelope> = v.strictObject({
  version: v.literal(1),
  recipe,
  nonce: b64u(12),
  sealed: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22,1000000}$/)),
})

const nonceBytes = 12

/** Fixed order and no free text in it: one recipe has one reading. */
function aadOf({ recipe: of }: Pick<Envelope, 'recipe'>): Uint8Array {
  return utf8(JSON.stringify(of))
}

function parseEnvelope(text: string): Envelope | null {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('sealed' in value)) return null
    return v.parse(envelope, value)
  } catch {
    // No cause: a parser's message may quote its input.
    throw new TypeError('the key file is damaged: it is neither a Holdfast key file nor an encrypted one')
  }
}

export async function sealKeyText(text: string, protection: Protection, renew: boolean): Promise<string> {
  const { recipe: of, key } = await protection.create(renew)
  const nonce = nodeCrypto.random(nonceBytes)
  const plaintext = utf8(text)
  try {
    const sealed = nodeCrypto.seal(key, nonce, aadOf({ recipe: of }), plaintext)
    const written: Envelope = {
      version: 1,
      recipe: of,
      nonce: toBase64url(nonce),
      sealed: toBase64url(sealed),
    }
    return `${JSON.stringify(written, null, 2)}\n`
  } finally {
    key.fill(0)
    plaintext.fill(0)
  }
}

export type OpenedText = {
  readonly text: string
  /** What it was closed under; null when it was readable. */
  readonly under: Protection | null
}

async function tryOpen(written: Envelope, protection: Protection): Promise<string | null> {
  const key = await protection.find(written.recipe)
  if (key === null) return null
  try {
    const bytes = nodeCrypto.open(
      key,
      fromBase64url(written.nonce),
      aadOf(written),
      fromBase64url(written.sealed),
    )
    const text = bytes === null ? null : fromUtf8(bytes)
    bytes?.fill(0)
    return text
  } finally {
    key.fill(0)
  }
}

/** What a key file may be. `readable`: it need not be encrypted at all. */
export type Acceptable = { readonly protections: readonly Protection[]; readonly readable: boolean }

/**
 * Throws TypeError when none of the protections opens it; the message says which of the reasons it can tell. A readable file proves
 * nothing of who wrote it, so it is taken only where one is expected: otherwise whoever can write files could choose the keys.
 */
export async function openKeyText(text: string, { protections, readable }: Acceptable): Promise<OpenedText> {
  const written = parseEnvelope(text)
  if (written === null) {
    if (readable) return { text, under: null }
    throw new TypeError(
      'the key file is readable where an encrypted one is expected, so anybody may have written it. If it is not yours, restore yours from a backup. ' +
        'If it is, write "previous: readable" under keys in the configuration until every node was started once',
    )
  }
  for (const under of protections) {
    const opened = await tryOpen(written, under)
    if (opened !== null) return { text: opened, under }
  }
  const made = written.recipe.kind === 'scrypt' ? 'under a passphrase' : 'under a key in an HSM'
  if (protections.length === 0)
    throw new TypeError(`the key file is encrypted ${made}: name it under keys in the configuration`)
  throw new TypeError(
    `the key file is encrypted ${made} and does not open: another secret is configured, or the file is damaged`,
  )
}
