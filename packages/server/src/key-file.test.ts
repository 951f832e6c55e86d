import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
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
    await expect(keys.rotate('token')).rejects.toThrow(`remove ${path}.lock`)
    expect(await readdir(folder)).toContain('keys.json.lock')
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

test('what is described holds no private half', async () => {
  const keys = await openHere()
  const file = JSON.parse(await readFile(path, 'utf8')) as { service: { current: string }; wrapping: string }
  const shown = JSON.stringify(keys.describe())
  expect(shown).not.toContain(file.wrapping)
  expect(shown).not.toContain(file.service.current)
  for (const { jwk } of keys.describe()) expect(Object.keys(jwk).toSorted()).toEqual(['crv', 'kty', 'x', 'y'])
})
