import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toBase64url, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { type KeyFile, openKeyFile, type Previous } from './key-file.ts'
import { fileKms, passphraseProtection } from './kms-file.ts'
import type { Protection, Recipe } from './kms.ts'

const passphrase = 'canary: a passphrase nobody guesses'
let folder: string
let path: string
let asked: Uint8Array[]
const clock = { now: () => 1_790_000_000_000, monotonic: () => 0 }

function dearlyUnder(text: string): Protection {
  return passphraseProtection(() => {
    const bytes = utf8(text)
    asked.push(bytes)
    return bytes
  })
}
/** The same with the least cost a file may name, where it is not the matter. */
function under(text: string): Protection {
  const protection = dearlyUnder(text)
  let recipe: Recipe | undefined
  return {
    async create() {
      recipe ??= { kind: 'scrypt', N: 2 ** 15, r: 8, p: 1, salt: toBase64url(nodeCrypto.random(16)) }
      return { recipe, key: (await protection.find(recipe)) as Uint8Array }
    },
    find(written) {
      recipe = written
      return protection.find(written)
    },
  }
}
const openUnder = (protection: Protection | null, previous?: Previous): Promise<KeyFile> =>
  openKeyFile(path, {
    clock,
    crypto: nodeCrypto,
    kms: fileKms(protection),
    ...(previous === undefined ? {} : { previous }),
  })
type Written = { version: number; recipe: Record<string, unknown>; nonce: string; sealed: string }
const written = async (): Promise<Written> => JSON.parse(await readFile(path, 'utf8')) as Written

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-envelope-'))
  path = join(folder, 'keys.json')
  asked = []
  return () => rm(folder, { recursive: true })
})

describe('a key file under a passphrase', () => {
  test('shows nothing but how the key is derived, and opens again', async () => {
    const keys = await openUnder(dearlyUnder(passphrase))
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await written()).toEqual({
      version: 1,
      recipe: { kind: 'scrypt', N: 131072, r: 8, p: 1, salt: expect.stringMatching(/^[\w-]{22}$/) },
      nonce: expect.stringMatching(/^[\w-]{16}$/),
      sealed: expect.any(String),
    })
    const again = await openUnder(dearlyUnder(passphrase))
    expect(again.version()).toBe(keys.version())
    expect(again.open('place', keys.seal('place', Uint8Array.of(7)))).toEqual(Buffer.of(7))
    expect(await readdir(folder)).toEqual(['keys.json'])
  })

  test('the passphrase is asked for once, and overwritten', async () => {
    const keys = await openUnder(dearlyUnder(passphrase))
    for (const use of ['token', 'service', 'forward', 'wrapping', 'ca'] as const) await keys.rotate(use)
    await keys.reload()
    expect(asked).toEqual([new Uint8Array(passphrase.length)])
  })

  test('a rotation by one node reaches the other, encrypted as before', async () => {
    const one = await openUnder(under(passphrase))
    const other = await openUnder(under(passphrase))
    await one.rotate('service')
    await other.reload()
    expect(other.servicePins()).toEqual(one.servicePins())
    expect(other.serviceThumbprints()).toEqual(one.serviceThumbprints())
    expect(other.serviceThumbprints()).toHaveLength(3)
  })

  test('a readable file is encrypted at the first start that has a passphrase and is told of it', async () => {
    const plain = await openUnder(null)
    const text = await readFile(path, 'utf8')
    const keys = await openUnder(under(passphrase), 'readable')
    expect(keys.version()).toBe(plain.version())
    const { service } = JSON.parse(text) as { service: { current: string } }
    expect(await readFile(path, 'utf8')).not.toContain(service.current)
    await expect(openUnder(null)).rejects.toThrow('encrypted under a passphrase: name it under keys')
    await expect(plain.reload()).rejects.toThrow('encrypted under a passphrase')
    expect(plain.token().kid).toBe(keys.token().kid)
  })

  test('another passphrase takes over when it is told the one before, and only then', async () => {
    const keys = await openUnder(under(passphrase))
    await expect(openUnder(under('another passphrase'))).rejects.toThrow('another secret is configured')
    const moved = await openUnder(under('another passphrase'), under(passphrase))
    expect(moved.version()).toBe(keys.version())
    await expect(openUnder(under(passphrase))).rejects.toThrow('another secret is configured')
    expect((await openUnder(under('another passphrase'))).version()).toBe(keys.version())
  })

  test.each([undefined, 'readable'] as const)(
    'a readable file that somebody put in its place is refused while it runs (previous: %s)',
    async (previous) => {
      const keys = await openUnder(under(passphrase), previous)
      const version = keys.version()
      await rm(path)
      const theirs = await openUnder(null)
      const text = await readFile(path, 'utf8')
      for (const act of [() => keys.reload(), () => keys.rotate('token')])
        await expect(act()).rejects.toThrow('readable where an encrypted one is expected')
      expect(keys.version()).toBe(version)
      expect(theirs.version()).not.toBe(version)
      expect(await readFile(path, 'utf8')).toBe(text)
    },
  )

  test('and at a start that was not told of one, which leaves it as it is', async () => {
    await openUnder(null)
    const text = await readFile(path, 'utf8')
    for (const previous of [undefined, 'file', under('the passphrase before')] as const)
      await expect(openUnder(under(passphrase), previous)).rejects.toThrow(
        'write "previous: readable" under keys in the configuration',
      )
    expect(await readFile(path, 'utf8')).toBe(text)
  })

  test('the passphrase before opens it at a start, and not while it runs', async () => {
    await openUnder(under('the passphrase before'))
    const old = await readFile(path, 'utf8')
    const keys = await openUnder(under(passphrase), under('the passphrase before'))
    await writeFile(path, old)
    await expect(keys.reload()).rejects.toThrow('another secret is configured')
  })

  test('ten starts at once make one', async () => {
    const opened = await Promise.all(Array.from({ length: 10 }, () => openUnder(under(passphrase))))
    expect(new Set(opened.map((keys) => keys.version())).size).toBe(1)
  })

  test('open to others it is refused, encrypted or not', async () => {
    await openUnder(under(passphrase))
    await chmod(path, 0o640)
    await expect(openUnder(under(passphrase))).rejects.toThrow('open to group or others')
  })

  test('touched anywhere it is refused, and the refusal tells no secret', async () => {
    await openUnder(under(passphrase))
    const good = await written()
    const other = (text: string): string => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
    const wrong: Array<[Written, string]> = [
      [{ ...good, sealed: other(good.sealed) }, 'does not open'],
      [{ ...good, nonce: other(good.nonce) }, 'does not open'],
      [{ ...good, recipe: { ...good.recipe, salt: other(String(good.recipe['salt'])) } }, 'does not open'],
      [{ ...good, recipe: { ...good.recipe, N: 2 ** 16 } }, 'does not open'],
      [{ ...good, recipe: { ...good.recipe, N: 2 ** 10 } }, 'is damaged'],
      [{ ...good, recipe: { ...good.recipe, N: 2 ** 30 } }, 'is damaged'],
      [{ ...good, recipe: { ...good.recipe, r: 1 } }, 'is damaged'],
      [{ ...good, recipe: { kind: 'none' } }, 'is damaged'],
      [{ ...good, version: 2 }, 'is damaged'],
    ]
    for (const [touched, reason] of wrong) {
      await writeFile(path, JSON.stringify(touched))
      const error = await openUnder(under(passphrase)).then(
        () => expect.unreachable(),
        (caught: unknown) => caught as TypeError,
      )
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toContain(reason)
      expect(`${error.stack} ${String(error.cause)}`).not.toContain('canary')
    }
  })
})
