/** The platform over native modules that behave as their sources say; the modules themselves run on phones alone. */
import { rmSync } from 'node:fs'
import { utf8 } from '@holdfast/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { enrolFinger, modulesOf, type Phone, phone } from '../../../test/react-native/native-modules.ts'
import type { Platform } from '../../ports.ts'
import { platformContract } from '../contract/platform.ts'
import { folder } from './folder.ts'
import { reactNativePlatform } from './platform.ts'

const noXhr = (): never => {
  throw new Error('no network here')
}
const phones: Phone[] = []
function newPhone(os?: Phone['os']): Phone {
  const made = phone(os)
  phones.push(made)
  return made
}
const platformOf = (one: Phone): Platform => reactNativePlatform(modulesOf(one))

beforeEach(() => {
  vi.stubGlobal('XMLHttpRequest', noXhr)
})
afterEach(() => {
  vi.unstubAllGlobals()
  for (const { directory } of phones.splice(0)) rmSync(directory, { recursive: true, force: true })
})

for (const os of ['android', 'ios'] as const)
  platformContract(
    `React Native, ${os}`,
    async () => {
      const one = newPhone(os)
      return { platform: platformOf(one), restart: async () => platformOf(one) }
    },
    { wrapped: false, sql: true, stretch: true, presence: 'key' },
    { describe, it, expect },
  )

describe('the keystore', () => {
  it('calls a key missing only when the phone’s other secrets can be read', async () => {
    const one = newPhone()
    const { keystore } = platformOf(one)
    const key = await keystore.create('label')
    one.locked = true
    await expect(keystore.find('label')).rejects.toMatchObject({ code: 'key_unavailable' })
    await expect(keystore.sign('label', utf8('x'))).rejects.toMatchObject({ code: 'key_unavailable' })
    await expect(keystore.create('label')).rejects.toMatchObject({ code: 'key_unavailable' })
    await expect(keystore.create('other')).rejects.toMatchObject({ code: 'key_unavailable' })
    one.locked = false
    expect(await keystore.find('label')).toEqual(key)
    one.keys.clear()
    expect(await keystore.find('label')).toBeNull()
    await expect(keystore.sign('label', utf8('x'))).rejects.toMatchObject({ code: 'key_missing' })
  })

  it('takes no RSA key, and leaves none behind', async () => {
    const one = newPhone()
    one.rsaOnly = true
    await expect(platformOf(one).keystore.create('label')).rejects.toMatchObject({ code: 'key_unavailable' })
    expect(one.keys.size).toBe(0)
  })

  it('signs text alone', async () => {
    const one = newPhone()
    const { keystore } = platformOf(one)
    await keystore.create('label')
    await expect(keystore.sign('label', Uint8Array.of(0x41, 0xe9))).rejects.toBeInstanceOf(TypeError)
  })

  it('says unavailable of what is no signature', async () => {
    const one = newPhone()
    const modules = modulesOf(one)
    const { keystore } = reactNativePlatform({
      ...modules,
      keys: { ...modules.keys, sign: async () => 'MAYCAQECAQI' },
    })
    await keystore.create('label')
    await expect(keystore.sign('label', utf8('x'))).rejects.toMatchObject({ code: 'key_unavailable' })
  })
})

describe('secrets', () => {
  it('stay on this phone, in its hardware, while it is unlocked', async () => {
    const one = newPhone()
    const { secrets } = platformOf(one)
    await secrets.put('share', new Uint8Array(32))
    expect([...one.passwords.values()].map(({ options }) => options)).toMatchObject([
      {
        accessible: 'AccessibleWhenUnlockedThisDeviceOnly',
        securityLevel: 'SECURE_HARDWARE',
        storage: 'KeystoreAESGCM_NoAuth',
      },
    ])
    one.locked = true
    await expect(secrets.get('share')).rejects.toMatchObject({ code: 'key_unavailable' })
  })
})

describe.each(['android', 'ios'] as const)('presence on %s', (os) => {
  const input = { text: 'text', challenge: new Uint8Array(0) }
  const creation = { text: () => 'text', challenge: new Uint8Array(0) }

  it('is one outcome, whatever the user does', async () => {
    const one = newPhone(os)
    const presence = platformOf(one).presence as NonNullable<Platform['presence']>
    one.cancelled = 1
    await expect(presence.create('label', creation)).rejects.toMatchObject({ code: 'presence_failed' })
    expect([one.biometric.size, one.guarded.size]).toEqual([0, 0])
    await presence.create('label', creation)
    one.cancelled = 1
    await expect(presence.prove('label', input)).rejects.toMatchObject({ code: 'presence_failed' })
    one.cancelled = 1
    await expect(presence.secret('label')).rejects.toMatchObject({ code: 'presence_failed' })
    await presence.prove('label', input)
  })

  it('ends with another finger', async () => {
    const one = newPhone(os)
    const presence = platformOf(one).presence as NonNullable<Platform['presence']>
    await presence.create('label', creation)
    expect([...one.guarded.values()].map(({ options }) => options)).toMatchObject([
      { requireAuthentication: true, keychainAccessible: 4 },
    ])
    enrolFinger(one)
    await expect(presence.prove('label', input)).rejects.toMatchObject({ code: 'presence_unknown' })
    await expect(presence.secret('label')).rejects.toMatchObject({ code: 'presence_unknown' })
  })
})

describe('SQL', () => {
  it('keeps out another process', async () => {
    const one = newPhone()
    const { sqlite, fileSystem } = modulesOf(one)
    const { sql } = platformOf(one)
    const key = new Uint8Array(32)
    const database = await sql?.open('bank', key)
    const [name, location] = ['62616e6b.db', folder(fileSystem, 'databases').path()]
    const other = sqlite.open({ name, location, encryptionKey: `x'${'00'.repeat(32)}'` })
    await expect(other.execute('SELECT 1')).rejects.toThrow('database is locked')
    await database?.close()
    await other.closeAsync()
  })

  it('is absent where op-sqlite cannot encrypt', () => {
    const modules = modulesOf(newPhone())
    const { sql } = reactNativePlatform({
      ...modules,
      sqlite: { ...modules.sqlite, isSQLCipher: () => false },
    })
    expect(sql).toBeNull()
  })
})

it('has no passcode, no finger and no pins without the modules for them', () => {
  const modules = { ...modulesOf(newPhone()), argon2: null, biometrics: null, pinning: null }
  const { stretch, presence, tls } = reactNativePlatform(modules)
  expect([stretch, presence, tls]).toEqual([null, null, { pins: false, identity: false }])
})

it('names what the runtime lacks', () => {
  vi.stubGlobal('XMLHttpRequest', undefined)
  vi.stubGlobal('ReadableStream', undefined)
  expect(() => platformOf(newPhone())).toThrow('this runtime lacks: ReadableStream, XMLHttpRequest')
})

it('takes no URL that normalises nothing', () => {
  vi.stubGlobal(
    'URL',
    class {
      readonly href: string
      constructor(url: string) {
        this.href = url
      }
    },
  )
  expect(() => platformOf(newPhone())).toThrow('this runtime lacks: URL')
})
