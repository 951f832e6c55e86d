/** Private keys made in an HSM that never leave it; the key file is encrypted under a key that an AES key in the token wraps. */
import { fromBase64url, type PublicJwk, parsePublicJwk, toBase64url, utf8 } from '@holdfast/core'
import { externalKey, nodeCrypto } from '@holdfast/core/node-crypto'
import { openFileKey } from '../kms-file.ts'
import type { Kms, PlacedKeyPair, Protection, Recipe } from '../kms.ts'
import type { Session, TokenKey } from './library.ts'
import { openToken, type Token, type TokenOptions } from './token.ts'

const prefix = 'pkcs11:'
const idBytes = 16
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
/** Authenticated with the wrapped key: it is good for nothing else. */
const wrapContext = 'holdfast key file v1'
/** DER of an uncompressed P-256 point: OCTET STRING, 65 bytes, 04. */
const pointHead = Uint8Array.of(4, 65, 4)

/** Sensitive and not extractable: asked for when made, and asked again when opened. */
const staysInside = { token: true, private: true, sensitive: true, extractable: false } as const

type ObjectClass = keyof Token['graphene']['ObjectClass']

function findKey(session: Session, { graphene }: Token, kind: ObjectClass, id: Uint8Array): TokenKey | null {
  const found = session.find({ class: graphene.ObjectClass[kind], id: Buffer.from(id) })
  return found.length === 0 ? null : found.items(0).toType()
}

/** Throws a plain Error when it is not there, which may be so because the token is not. */
function needKey(session: Session, token: Token, kind: ObjectClass, id: Uint8Array): TokenKey {
  const key = findKey(session, token, kind, id)
  if (key === null) throw new Error('CKR_OBJECT_HANDLE_INVALID')
  return key
}

function makeKeyPair(token: Token, label: string): Uint8Array {
  const { KeyGenMechanism, NamedCurve } = token.graphene
  const id = Buffer.from(nodeCrypto.random(idBytes))
  const names = { id, label: `holdfast ${label}` }
  token.use((session) =>
    session.generateKeyPair(
      KeyGenMechanism.EC,
      { ...names, token: true, verify: true, paramsECDSA: NamedCurve.getByName('secp256r1').value },
      { ...names, ...staysInside, sign: true },
    ),
  )
  return id
}

function makeWrapper(token: Token): Uint8Array {
  const id = Buffer.from(nodeCrypto.random(idBytes))
  const names = { id, label: 'holdfast key file' }
  const uses = { encrypt: true, decrypt: true, valueLen: keyBytes }
  token.use((session) =>
    session.generateKey(token.graphene.KeyGenMechanism.AES, { ...names, ...staysInside, ...uses }),
  )
  return id
}

function publicJwkOf(key: TokenKey): PublicJwk {
  const point = key.getAttribute({ pointEC: null })['pointEC'] as Buffer
  const head = Buffer.from(point.subarray(0, pointHead.length))
  if (point.length !== 67 || !head.equals(pointHead))
    throw new TypeError('a key in the token is not on P-256')
  return parsePublicJwk({
    kty: 'EC',
    crv: 'P-256',
    x: toBase64url(point.subarray(3, 35)),
    y: toBase64url(point.subarray(35)),
  })
}

function checkInside(key: TokenKey): void {
  const { sensitive, extractable } = key.getAttribute({ sensitive: null, extractable: null })
  if (sensitive !== true || extractable !== false)
    throw new TypeError('a key in the token can leave it: expected sensitive and not extractable')
}

function openTokenKey(token: Token, id: Uint8Array): PlacedKeyPair {
  const opened = token.use((session) => {
    const secret = findKey(session, token, 'PRIVATE_KEY', id)
    const open = findKey(session, token, 'PUBLIC_KEY', id)
    return secret === null || open === null
      ? null
      : { session, secret, publicJwk: publicJwkOf(open), check: checkInside(secret) }
  })
  if (opened === null) throw new TypeError('the token does not hold a key that the key file names')
  const { publicJwk } = opened
  /** The handle lives as long as its session. */
  let held: { readonly session: Session; readonly secret: TokenKey } = opened
  const privateKey = externalKey((data) => {
    const digest = Buffer.from(nodeCrypto.sha256(data))
    return token.use((session) => {
      if (held.session !== session) held = { session, secret: needKey(session, token, 'PRIVATE_KEY', id) }
      return session.createSign('ECDSA', held.secret).once(digest)
    })
  })
  // Whoever has the PIN can put another public half beside it: it is believed when the private one answers to it.
  const probe = utf8(prefix)
  if (!nodeCrypto.verify(nodeCrypto.importPublicKey(publicJwk), probe, nodeCrypto.sign(privateKey, probe)))
    throw new TypeError('the halves of a key in the token do not belong together')
  return { publicJwk, privateKey, place: 'pkcs11' }
}

type TokenRecipe = Extract<Recipe, { kind: 'pkcs11' }>

function tokenProtection(token: Token): Protection {
  let wrapper: Uint8Array | null = null
  const gcm = (nonce: Uint8Array): object => ({
    name: 'AES_GCM',
    params: new token.graphene.AesGcmParams(Buffer.from(nonce), Buffer.from(wrapContext), tagBytes * 8),
  })

  function wrap(id: Uint8Array, key: Uint8Array): TokenRecipe {
    const nonce = nodeCrypto.random(nonceBytes)
    const wrapped = token.use((session) =>
      session
        .createCipher(gcm(nonce), needKey(session, token, 'SECRET_KEY', id))
        .once(Buffer.from(key.buffer, key.byteOffset, key.length), Buffer.alloc(keyBytes + tagBytes)),
    )
    return { kind: 'pkcs11', key: toBase64url(id), nonce: toBase64url(nonce), wrapped: toBase64url(wrapped) }
  }

  return {
    async create(renew: boolean): ReturnType<Protection['create']> {
      if (renew || wrapper === null) wrapper = makeWrapper(token)
      const key = nodeCrypto.random(keyBytes)
      return { recipe: wrap(wrapper, key), key }
    },
    async find(recipe: Recipe): Promise<Uint8Array | null> {
      if (recipe.kind !== 'pkcs11') return null
      const id = fromBase64url(recipe.key)
      const key = token.use((session) => {
        const secret = findKey(session, token, 'SECRET_KEY', id)
        if (secret === null) return null
        const sealed = Buffer.from(fromBase64url(recipe.wrapped))
        return session
          .createDecipher(gcm(fromBase64url(recipe.nonce)), secret)
          .once(sealed, Buffer.alloc(keyBytes + tagBytes))
      })
      if (key === null)
        throw new TypeError('the token does not hold the key that the key file is encrypted under')
      wrapper = id
      return key
    },
  }
}

/** Rejects with TypeError when the library, the module, the token or its PIN are not right. */
export async function openPkcs11(options: TokenOptions): Promise<Kms> {
  const token = await openToken(options)
  const isOwn = (said: string): boolean => said.startsWith(prefix)
  return {
    createKey: (label: string): string => prefix + toBase64url(makeKeyPair(token, label)),
    // Keys that were in the file before there was a token stay there until each is rotated, so that pins go on being right.
    // Which of them may be there is for key-file.ts to say.
    openKey: (said: string): PlacedKeyPair =>
      isOwn(said) ? openTokenKey(token, fromBase64url(said.slice(prefix.length))) : openFileKey(said),
    isOwn,
    protection: tokenProtection(token),
  }
}
