import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSoftToken, softhsmNeeded, softhsmReachable, type SoftToken } from '../../test/softhsm.ts'
import { refusal } from '../../test/stage.ts'
import { type KeyFile, openKeyFile, type Previous } from '../key-file.ts'
import { passphraseProtection } from '../kms-file.ts'
import type { Kms } from '../kms.ts'
import { openPkcs11 } from './kms.ts'
import type { Graphene } from './library.ts'

describe.skipIf(!softhsmReachable)(softhsmNeeded, () => {
  let token: SoftToken
  let kms: Kms
  let folder: string
  let path: string
  let now = 1_790_000_000_000
  const clock = { now: () => now, monotonic: () => now }
  const pins: Uint8Array[] = []
  const openHere = (more: { previous?: Previous; kms?: Kms } = {}): Promise<KeyFile> =>
    openKeyFile(path, { clock, crypto: nodeCrypto, kms, ...more })

  beforeAll(async () => {
    token = createSoftToken()
    const pin = (): Uint8Array => {
      const bytes = utf8(token.pin)
      pins.push(bytes)
      return bytes
    }
    // The wrong one first: a process that is logged in is not asked again.
    const wrong = openPkcs11({ module: token.module, token: token.label, pin: () => utf8('canary pin') })
    await expect(wrong).rejects.toThrow('refuses the PIN (CKR_PIN_INCORRECT)')
    await expect(wrong).rejects.not.toThrow('canary')
    kms = await openPkcs11({ module: token.module, token: token.label, pin })
  })
  afterAll(() => token.remove())
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-pkcs11-'))
    path = join(folder, 'keys.json')
    return () => rm(folder, { recursive: true })
  })

  const signs = ({ jwk, privateKey }: ReturnType<KeyFile['token']>): boolean =>
    nodeCrypto.verify(nodeCrypto.importPublicKey(jwk), utf8('m'), nodeCrypto.sign(privateKey, utf8('m')))

  test('the PIN is overwritten after the login', () => {
    expect(pins.length).toBeGreaterThan(0)
    for (const pin of pins) expect(pin).toEqual(new Uint8Array(pin.length))
  })

  test('a module or a token that is not there is named', async () => {
    const pin = (): Uint8Array => utf8(token.pin)
    await expect(openPkcs11({ module: join(folder, 'none.so'), token: token.label, pin })).rejects.toThrow(
      'check keys.module',
    )
    await expect(openPkcs11({ module: token.module, token: 'another', pin })).rejects.toThrow(
      'knows no token "another"',
    )
  })

  test('every private key is made in the token and cannot be read; the file holds none', async () => {
    const keys = await openHere()
    await keys.rotate('ca')
    for (const entry of [keys.service(), keys.token(), keys.forward(), keys.ca()])
      expect(entry === null ? false : signs(entry)).toBe(true)
    for (const { place, use } of keys.describe()) expect(place).toBe(use === 'wrapping' ? 'file' : 'pkcs11')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(Object.keys(JSON.parse(await readFile(path, 'utf8')) as object)).toEqual([
      'version',
      'recipe',
      'nonce',
      'sealed',
    ])

    const graphene = createRequire(import.meta.url)('graphene-pk11') as Graphene
    const module = graphene.Module.load(token.module, 'another reader')
    const slots = module.getSlots(true)
    const slot = Array.from({ length: slots.length }, (_, i) => slots.items(i)).find(
      (one) => one.getToken().label.trim() === token.label,
    )
    const session = slot?.open(graphene.SessionFlag.SERIAL_SESSION)
    const found = session?.find({ class: graphene.ObjectClass.PRIVATE_KEY })
    expect(found?.length).toBeGreaterThanOrEqual(6)
    for (let i = 0; i < (found?.length ?? 0); i++)
      expect(() => found?.items(i).getAttribute({ value: null })).toThrow('CKR_ATTRIBUTE_SENSITIVE')
    session?.close()
  })

  test('another process finds the same keys, and what one seals the other opens', async () => {
    const first = await openHere()
    const second = await openHere()
    expect(second.version()).toBe(first.version())
    expect(second.open('place', first.seal('place', Uint8Array.of(7)))).toEqual(Buffer.of(7))
  })

  test('rotations go on in the token, and a node that reloads follows', async () => {
    const keys = await openHere()
    const node = await openHere()
    const sealed = keys.seal('place', Uint8Array.of(1))
    for (const use of ['service', 'token', 'forward', 'wrapping', 'ca'] as const) await keys.rotate(use)
    now += 61_000
    await node.reload()
    expect(node.version()).toBe(keys.version())
    expect(signs(node.token())).toBe(true)
    expect(node.open('place', sealed)).toEqual(Buffer.of(1))
    expect(node.ca()?.kid).toBe(keys.ca()?.kid)
  })

  test('a readable key file moves: encrypted at once, and each key enters the token when it is rotated', async () => {
    const plain = await openKeyFile(path, { clock, crypto: nodeCrypto })
    const pinned = plain.servicePins()
    await expect(openHere()).rejects.toThrow('readable where an encrypted one is expected')
    const keys = await openHere({ previous: 'readable' })
    expect(keys.servicePins()).toEqual(pinned)
    expect(await readFile(path, 'utf8')).toContain('"kind": "pkcs11"')
    expect(
      keys
        .describe()
        .filter(({ use }) => use === 'service')
        .map(({ place }) => place),
    ).toEqual(['file', 'file'])
    await keys.rotate('service')
    await keys.rotate('service')
    expect(keys.servicePins()).not.toContain(pinned[0])
    expect(
      keys
        .describe()
        .filter(({ use }) => use === 'service')
        .map(({ place }) => place),
    ).toEqual(['pkcs11', 'pkcs11'])
  })

  test('so does a file under a passphrase, when it is told the passphrase once more', async () => {
    const protection = passphraseProtection(() => utf8('a passphrase of old'))
    const before = await openHere({ kms: { ...kms, protection } })
    await expect(openHere()).rejects.toThrow('encrypted under a passphrase and does not open')
    const keys = await openHere({ previous: protection })
    expect(keys.version()).toBe(before.version())
    expect((await openHere()).version()).toBe(before.version())
  })

  test('private keys in the file are taken only while it is said that they move, and none comes back', async () => {
    await openKeyFile(path, { clock, crypto: nodeCrypto })
    await openHere({ previous: 'readable' })
    const early = await readFile(path, 'utf8')
    await expect(openHere()).rejects.toThrow('holds private keys that the HSM should hold')
    const keys = await openHere({ previous: 'file' })
    for (const use of ['service', 'service', 'forward', 'forward', 'token'] as const) await keys.rotate(use)
    // What is left of the file's keys may go on being read, at the next reload too.
    await keys.reload()
    expect(keys.describe().filter(({ use, place }) => use !== 'wrapping' && place === 'file')).toHaveLength(1)
    const late = keys.version()

    await writeFile(path, early)
    for (const act of [() => keys.reload(), () => keys.rotate('token')])
      await expect(act()).rejects.toThrow('holds private keys that the HSM should hold')
    expect(keys.version()).toBe(late)
    expect(await readFile(path, 'utf8')).toBe(early)
    await expect(openHere()).rejects.toThrow('write "previous: file"')
  })

  test('when all are in the token nothing has to be said any more', async () => {
    await openKeyFile(path, { clock, crypto: nodeCrypto })
    const keys = await openHere({ previous: 'readable' })
    for (const use of ['service', 'service', 'forward', 'forward', 'token'] as const) await keys.rotate(use)
    now += 60_000 + 15 * 60_000
    await keys.rotate('wrapping')
    expect((await openHere()).version()).toBe(keys.version())
  })

  test('while the token is away nothing is signed and nothing falls back; it goes on by itself', async () => {
    const keys = await openHere()
    expect(signs(keys.token())).toBe(true)
    token.unplug()
    try {
      for (let i = 0; i < 3; i++)
        expect(await refusal((async () => signs(keys.token()))())).toBe('store_unavailable')
      await keys.rotate('token').then(
        () => expect.unreachable(),
        (error: unknown) => expect(error).toMatchObject({ code: 'store_unavailable' }),
      )
      // What needs no key of the token goes on.
      expect(keys.open('place', keys.seal('place', Uint8Array.of(2)))).toEqual(Buffer.of(2))
    } finally {
      token.plug()
    }
    const deadline = performance.now() + 10_000
    while ((await refusal((async () => signs(keys.token()))())) !== 'none') {
      expect(performance.now()).toBeLessThan(deadline)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await keys.rotate('token')
    expect((await openHere()).version()).toBe(keys.version())
  })
})
