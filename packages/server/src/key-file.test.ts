import { X509Certificate } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HoldfastError } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { issueCertificate } from './ca.ts'
import { openKeyFile, type KeyFile } from './key-file.ts'

let folder: string
let path: string
let now: number
const clock = { now: () => now, monotonic: () => now }
const openHere = (): Promise<KeyFile> => openKeyFile(path, { clock, crypto: nodeCrypto })
const use = (keys: KeyFile, which: string) => keys.describe().filter((key) => key.use === which)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-keys-'))
  path = join(folder, 'keys.json')
  now = 1_790_000_000_000
})
afterEach(async () => rm(folder, { recursive: true }))

describe('the file', () => {
  test('is made once, for its owner only, and nothing is left beside it', async () => {
    const first = await openHere()
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['keys.json'])
    const second = await openHere()
    expect(second.version()).toBe(first.version())
    expect(second.open('place', first.seal('place', Uint8Array.of(7)))).toEqual(Buffer.of(7))
    expect(second.digest('place', 'x')).toBe(first.digest('place', 'x'))
  })

  test('ten starts at once make one', async () => {
    const opened = await Promise.all(Array.from({ length: 10 }, openHere))
    expect(new Set(opened.map((keys) => keys.version())).size).toBe(1)
  })

  test.each([0o640, 0o604, 0o660, 0o601])('with mode %o is refused', async (mode) => {
    const keys = await openHere()
    await chmod(path, mode)
    await expect(openHere()).rejects.toThrow(TypeError)
    await expect(openHere()).rejects.toThrow('open to group or others')
    await expect(keys.reload()).rejects.toThrow('open to group or others')
    await expect(keys.rotate('token')).rejects.toThrow('open to group or others')
    expect(await readdir(folder)).toEqual(['keys.json'])
    expect(keys.token().kid).toBeTypeOf('string')
  })

  test('damaged or gone is refused, and the keys in memory stay', async () => {
    const keys = await openHere()
    const version = keys.version()
    await writeFile(path, '{}')
    await expect(openHere()).rejects.toThrow('damaged')
    await expect(keys.reload()).rejects.toThrow('damaged')
    await rm(path)
    await expect(keys.reload()).rejects.toThrow('is gone')
    await expect(keys.rotate('service')).rejects.toThrow('is gone')
    expect(keys.version()).toBe(version)
  })

  test('a draft that a crash left is no obstacle', async () => {
    await writeFile(`${path}.new`, 'half', { mode: 0o666 })
    await openHere()
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('a lock that nobody gives back is named', async () => {
    const keys = await openHere()
    await writeFile(`${path}.lock`, '')
    // Each look at the clock is a second later than the one before.
    let looks = 0
    const clockOfLock = vi.spyOn(performance, 'now').mockImplementation(() => 1000 * looks++)
    await expect(keys.rotate('token')).rejects.toThrow(`remove ${path}.lock`)
    clockOfLock.mockRestore()
    expect(looks).toBeGreaterThan(10)
    expect(await readdir(folder)).toContain('keys.json.lock')
  })
})

describe('the OPAQUE setup', () => {
  const isKey = /^[\w-]{43}$/
  /** As a version before passcodes wrote it. */
  async function writeOlder(): Promise<void> {
    await openHere()
    const { opaque: _, ...record } = JSON.parse(await readFile(path, 'utf8')) as { opaque: string }
    await writeFile(path, JSON.stringify({ ...record, version: 2 }))
  }

  test('is made with the file, and no rotation changes it', async () => {
    const keys = await openHere()
    const made = keys.opaque()
    expect(made.publicKey).toMatch(isKey)
    expect(made.setup).not.toContain(made.publicKey)
    for (const which of ['token', 'service', 'forward', 'wrapping', 'ca'] as const) await keys.rotate(which)
    now += 100 * 3_600_000
    await keys.reload()
    expect(keys.opaque()).toEqual(made)
    expect((await openHere()).opaque()).toEqual(made)
  })

  test('is added to a file from before, written back, and one for all who open it at once', async () => {
    await writeOlder()
    const opened = await Promise.all(Array.from({ length: 10 }, openHere))
    const setups = new Set(opened.map((keys) => keys.opaque().setup))
    expect(setups.size).toBe(1)
    const written = JSON.parse(await readFile(path, 'utf8')) as { version: number; opaque: string }
    expect(written).toMatchObject({ version: 3, opaque: [...setups][0] })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['keys.json'])
  })

  test('is not exchanged under a running process', async () => {
    const keys = await openHere()
    const made = keys.opaque()
    await writeOlder()
    await rm(path)
    await openHere()
    await expect(keys.reload()).rejects.toThrow('another OPAQUE setup')
    await writeOlder()
    await expect(keys.reload()).rejects.toThrow(TypeError)
    await expect(keys.rotate('token')).rejects.toThrow('another OPAQUE setup')
    expect(keys.opaque()).toEqual(made)
  })

  test('is described nowhere', async () => {
    const keys = await openHere()
    expect(JSON.stringify(keys.describe())).not.toContain(keys.opaque().setup)
  })
})

describe('rotation', () => {
  test('of the token key: published at once, signs in a minute, accepted to the end, dropped', async () => {
    const keys = await openHere()
    const node = await openHere()
    const old = keys.token().kid
    const before = keys.version()
    await keys.rotate('token')
    const fresh = use(keys, 'token')[1]?.kid
    expect(use(keys, 'token').map(({ state }) => state)).toEqual(['current', 'next'])
    expect(keys.version()).not.toBe(before)
    expect(node.tokenKeys()).toHaveLength(1)
    await node.reload()
    for (const ring of [keys, node]) {
      expect(ring.token().kid).toBe(old)
      expect(ring.tokenKeys().map(({ kid }) => kid)).toContain(fresh)
    }
    now += 60_000
    for (const ring of [keys, node]) {
      expect(ring.token().kid).toBe(fresh)
      expect(ring.tokenKeys()).toHaveLength(2)
    }
    now += 900_000
    expect(node.tokenKeys().map(({ kid }) => kid)).toEqual([node.token().kid])
    expect(node.token().kid).not.toBe(old)
  })

  test('of the service key: the pinned next one takes over', async () => {
    const keys = await openHere()
    const [first, second] = keys.servicePins()
    const token = keys.token().kid
    await keys.rotate('service')
    expect(keys.service().kid).toBe(second)
    expect(keys.servicePins()[0]).toBe(second)
    expect(keys.servicePins()).not.toContain(first)
    expect(keys.token().kid).toBe(token)
  })

  test('of the forward key: the next one, which backends know, takes over', async () => {
    const keys = await openHere()
    const next = use(keys, 'forward')[1]?.kid
    await keys.rotate('forward')
    expect(keys.forward().kid).toBe(next)
  })

  test('ten commands at once lose no key', async () => {
    const nodes = await Promise.all(Array.from({ length: 10 }, openHere))
    const made = await Promise.all(nodes.map((node) => node.rotate('token')))
    const node = await openHere()
    const kids = use(node, 'token').map(({ kid }) => kid)
    expect(new Set(kids).size).toBe(11)
    for (const described of made)
      for (const { use: of, kid } of described) if (of === 'token') expect(kids).toContain(kid)
  })

  test('keeps the keys working: what one signs the published half verifies', async () => {
    const keys = await openHere()
    await keys.rotate('token')
    now += 60_000
    const data = Uint8Array.of(1, 2, 3)
    const { kid, privateKey } = keys.token()
    const published = keys.tokenKeys().find((key) => key.kid === kid)
    if (published === undefined) throw new Error('the signing key is not published')
    expect(nodeCrypto.verify(published.verifyKey, data, nodeCrypto.sign(privateKey, data))).toBe(true)
  })
})

describe('the CA', () => {
  const day = 24 * 3_600_000
  const certify = (keys: KeyFile, ms: number): X509Certificate => {
    const ca = keys.ca()
    if (ca === null) throw new Error('there is no CA')
    const { publicJwk } = nodeCrypto.generateKeyPair()
    const asked = { device: 'device', uri: 'urn:holdfast:device', publicJwk, now: ms, lifeSeconds: 259_200 }
    return new X509Certificate(issueCertificate(ca, asked).certificate)
  }
  const isTrusted = (certificate: X509Certificate, keys: KeyFile): boolean =>
    keys.caCertificates().some((der) => certificate.verify(new X509Certificate(der).publicKey))

  test('is made when asked for, works at once, and has its name', async () => {
    const keys = await openKeyFile(path, { clock, crypto: nodeCrypto, caName: 'CA of a test' })
    expect([keys.ca(), keys.caCertificates()]).toEqual([null, []])
    const before = keys.version()
    await keys.rotate('ca')
    expect(keys.version()).not.toBe(before)
    const [der] = keys.caCertificates()
    const certificate = new X509Certificate(der as Uint8Array)
    expect(certificate.subject).toBe('CN=CA of a test')
    expect(certificate.ca).toBe(true)
    expect(isTrusted(certify(keys, now), keys)).toBe(true)
    expect((await openHere()).ca()?.kid).toBe(keys.ca()?.kid)
  })

  test('is replaced without a certificate dying before its time', async () => {
    const keys = await openHere()
    const node = await openHere()
    await keys.rotate('ca')
    const old = keys.ca()?.kid
    await keys.rotate('ca')
    await node.reload()
    expect(node.caCertificates()).toHaveLength(2)
    expect(node.ca()?.kid).toBe(old)
    now += day - 1
    const last = certify(node, now)
    now += 1
    expect(node.ca()?.kid).not.toBe(old)
    const fresh = certify(keys, now)
    now += 3 * day - 1
    expect([isTrusted(last, node), isTrusted(fresh, node)]).toEqual([true, true])
    now += 1
    expect([isTrusted(last, node), isTrusted(fresh, node)]).toEqual([false, true])
  })
})

describe('a rotation of the wrapping key', () => {
  test('loses nothing that still counts, on any node, before and after', async () => {
    const keys = await openHere()
    const node = await openHere()
    const old = {
      sealed: keys.seal('place', Uint8Array.of(1)),
      good: keys.sealForGood('place', Uint8Array.of(4)),
      mac: keys.mac('place', 'x'),
      digest: keys.digest('place', 'x'),
    }
    await keys.rotate('wrapping')
    now += 59_999
    // This node has not even heard of it.
    expect(node.open('place', keys.seal('place', Uint8Array.of(2)))).toEqual(Buffer.of(2))
    await node.reload()
    now += 1
    const sealed = keys.seal('place', Uint8Array.of(3))
    for (const ring of [keys, node]) {
      expect(ring.open('place', sealed)).toEqual(Buffer.of(3))
      expect(ring.open('place', old.sealed)).toEqual(Buffer.of(1))
      expect(ring.isMac('place', 'x', old.mac)).toBe(true)
      expect(ring.mac('place', 'x')).not.toBe(old.mac)
      expect(ring.digest('place', 'x')).toBe(old.digest)
    }
    now += 1441 * 60_000
    expect(() => node.open('place', old.sealed)).toThrow(HoldfastError)
    expect(node.openForGood('place', old.good)).toEqual(Buffer.of(4))
    expect(node.isMac('place', 'x', old.mac)).toBe(false)
    expect(node.digest('place', 'x')).toBe(old.digest)
    expect(node.open('place', sealed)).toEqual(Buffer.of(3))
  })
})

describe('a key that is gone', () => {
  type Record = { token: Array<{ key: string }>; wrapping: Array<{ key: string }> }
  const inFile = async (): Promise<Record> => JSON.parse(await readFile(path, 'utf8')) as Record
  const hour = 3_600_000
  const overlap = 1441 * 60_000

  test('is erased from the file by a running process, an hour after that saw it gone, and by one of many', async () => {
    const keys = await openHere()
    const node = await openHere()
    const old = await inFile()
    await keys.rotate('token')
    await keys.rotate('wrapping')
    now += 60_000 + overlap
    const late = await openHere()
    for (const ring of [keys, node, late]) await ring.reload()
    now += hour - 1
    for (const ring of [keys, node, late]) await ring.reload()
    expect((await inFile()).wrapping[0]).toEqual(old.wrapping[0])
    now += 1
    for (const ring of [keys, node, late]) await ring.reload()
    const left = await readFile(path, 'utf8')
    expect(left).not.toContain(old.wrapping[0]?.key)
    expect(left).not.toContain(old.token[0]?.key)
    for (const ring of [keys, node, late]) {
      expect(use(ring, 'wrapping').map(({ state }) => state)).toEqual(['current'])
      expect(use(ring, 'token').map(({ state }) => state)).toEqual(['current'])
      expect(ring.token().kid).toBe(keys.token().kid)
    }
  })

  test('is not erased on the word of a clock that was wrong for less than that', async () => {
    let ahead = 0
    const clockOf = { now: () => now + ahead, monotonic: () => now }
    const keys = await openKeyFile(path, { clock: clockOf, crypto: nodeCrypto })
    const sealed = keys.seal('place', Uint8Array.of(1))
    await keys.rotate('wrapping')
    ahead = 60_000 + overlap
    await keys.reload()
    now += hour - 1
    ahead = 0
    await keys.reload()
    now += 1
    ahead = 60_000 + overlap
    await keys.reload()
    ahead = 0
    expect(keys.open('place', sealed)).toEqual(Buffer.of(1))
    expect((await inFile()).wrapping).toHaveLength(2)
  })

  test('is erased by the next rotation of any key', async () => {
    const keys = await openHere()
    const old = await inFile()
    await keys.rotate('wrapping')
    now += 60_000 + overlap
    await keys.rotate('forward')
    expect((await inFile()).wrapping).toHaveLength(1)
    expect(await readFile(path, 'utf8')).not.toContain(old.wrapping[0]?.key)
  })

  test('is tried again an hour later where the file could not be written', async () => {
    const keys = await openHere()
    await keys.rotate('wrapping')
    now += 60_000 + overlap
    await keys.reload()
    now += hour
    await mkdir(`${path}.new/full`, { recursive: true })
    await expect(keys.reload()).rejects.toThrow('.new')
    await rm(`${path}.new`, { recursive: true })
    await keys.reload()
    now += hour - 1
    await keys.reload()
    expect((await inFile()).wrapping).toHaveLength(2)
    now += 1
    await keys.reload()
    expect((await inFile()).wrapping).toHaveLength(1)
  })
})

test('what is described holds no private half', async () => {
  const keys = await openHere()
  const file = JSON.parse(await readFile(path, 'utf8')) as {
    service: { current: string }
    wrapping: [{ key: string }]
  }
  const shown = JSON.stringify(keys.describe())
  expect(shown).not.toContain(file.wrapping[0].key)
  expect(shown).not.toContain(file.service.current)
  for (const { use: of, jwk } of keys.describe())
    expect(Object.keys(jwk ?? {}).toSorted()).toEqual(of === 'wrapping' ? [] : ['crv', 'kty', 'x', 'y'])
})
