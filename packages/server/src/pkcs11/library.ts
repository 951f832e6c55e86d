/** The part of graphene-pk11 that is used here. It is compiled where it is installed, so it is an optional peer: found by name when asked for. */

declare const brand: unique symbol

/** A PKCS#11 object: a key, of which the library only has the handle. */
export interface TokenObject {
  getAttribute(wanted: Record<string, null>): Record<string, unknown>
  toType(): TokenKey
}
export type TokenKey = TokenObject & { readonly [brand]: 'key' }

export interface Found {
  readonly length: number
  items(index: number): TokenObject
}

export interface Session {
  login(pin: string, user: number): void
  close(): void
  find(template: Record<string, unknown>): Found
  generateKeyPair(
    mechanism: number,
    publicTemplate: Record<string, unknown>,
    privateTemplate: Record<string, unknown>,
  ): { readonly publicKey: TokenKey; readonly privateKey: TokenKey }
  generateKey(mechanism: number, template: Record<string, unknown>): TokenKey
  createSign(mechanism: string, key: TokenKey): { once(data: Uint8Array): Buffer }
  createCipher(mechanism: object, key: TokenKey): { once(data: Uint8Array, into: Buffer): Buffer }
  createDecipher(mechanism: object, key: TokenKey): { once(data: Uint8Array, into: Buffer): Buffer }
}

export interface Slot {
  getToken(): { readonly label: string }
  open(flags: number): Session
}

export interface Module {
  initialize(): void
  finalize(): void
  getSlots(withToken: true): { readonly length: number; items(index: number): Slot }
}

export interface Graphene {
  readonly Module: { load(path: string, name: string): Module }
  readonly ObjectClass: Readonly<Record<'PRIVATE_KEY' | 'PUBLIC_KEY' | 'SECRET_KEY', number>>
  readonly KeyGenMechanism: Readonly<Record<'EC' | 'AES', number>>
  readonly NamedCurve: { getByName(name: 'secp256r1'): { readonly value: Buffer } }
  readonly SessionFlag: Readonly<Record<'SERIAL_SESSION' | 'RW_SESSION', number>>
  readonly UserType: Readonly<Record<'USER', number>>
  readonly AesGcmParams: new (iv: Buffer, aad: Buffer, tagBits: number) => object
}

const packageName = 'graphene-pk11'

/** Rejects with TypeError when it is not installed. */
export async function loadGraphene(name: string = packageName): Promise<Graphene> {
  try {
    const { default: library } = (await import(name)) as { default: Graphene }
    return library
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const why = code.endsWith('MODULE_NOT_FOUND') ? 'is not installed' : 'cannot be loaded'
    throw new TypeError(
      `keys in an HSM need ${packageName}, which ${why}: npm install ${packageName}@2.3.6 (it is compiled)`,
      { cause: error },
    )
  }
}
