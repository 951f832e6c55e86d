import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { keyStretching } from '@holdfast/core'
import { argon2id } from '@noble/hashes/argon2.js'
import { describe, expect, it } from 'vitest'
import { virtualPhone } from '../testing/phone.ts'
import { insecureFastStretch } from '../testing/stretch.ts'
import { nodeStretch } from './stretch.ts'

const password = Uint8Array.from({ length: 64 }, (_, i) => i)
const salt = new Uint8Array(16)
const small = { memoryKiB: 64, iterations: 2, parallelism: 4, length: 64 }

describe('stretching on Node', () => {
  it('is Argon2id as another implementation has it', async () => {
    for (const cost of [small, { memoryKiB: 8, iterations: 1, parallelism: 1, length: 32 }]) {
      const { memoryKiB: m, iterations: t, parallelism: p, length: dkLen } = cost
      const expected = argon2id(password, salt, { m, t, p, dkLen })
      expect(await nodeStretch(password, salt, cost)).toEqual(expected)
    }
  })

  it('leaves this thread to go on, at the real cost', async () => {
    let turns = 0
    let stretching = true
    const turn = (): void => {
      turns++
      if (stretching) setImmediate(turn)
    }
    setImmediate(turn)
    const key = await nodeStretch(password, salt, keyStretching)
    stretching = false
    expect(key).toHaveLength(keyStretching.length)
    expect(turns).toBeGreaterThan(20)
  })

  it('answers each of many at once with its own', async () => {
    const passwords = [1, 2, 3, 4].map((octet) => new Uint8Array(64).fill(octet))
    const together = await Promise.all(passwords.map((one) => nodeStretch(one, salt, small)))
    const apart: Uint8Array[] = []
    for (const one of passwords) apart.push(await nodeStretch(one, salt, small))
    expect(together).toEqual(apart)
    expect(new Set(together.map((key) => Buffer.from(key).toString('hex'))).size).toBe(4)
  })

  it('does not touch what it was given', async () => {
    const [given, before] = [password.slice(), password.slice()]
    await nodeStretch(given, salt, small)
    expect(given).toEqual(before)
  })

  it('refuses what cannot be computed, and goes on with the next', async () => {
    const impossible = { ...small, memoryKiB: 1 }
    await expect(nodeStretch(password, salt, impossible)).rejects.toMatchObject({
      code: 'passcode_unsupported',
    })
    const tooMuch = { ...small, memoryKiB: 64 * 1024 * 1024 }
    await expect(nodeStretch(password, salt, tooMuch)).rejects.toMatchObject({ code: 'passcode_unsupported' })
    await expect(nodeStretch(password, salt, small)).resolves.toHaveLength(64)
  })

  it('refuses all that waits when its thread dies, and starts another', async () => {
    const calls = [nodeStretch(password, salt, null as never), nodeStretch(password, salt, small)]
    const refused = { status: 'rejected', reason: { code: 'passcode_unsupported' } }
    expect(await Promise.allSettled(calls)).toMatchObject([refused, refused])
    await expect(nodeStretch(password, salt, small)).resolves.toHaveLength(64)
  })

  it('keeps a process alive while it works and no longer, as it is built', () => {
    const built = new URL('../../../dist/platforms/node/stretch.js', import.meta.url)
    const program = `
      import { nodeStretch } from ${JSON.stringify(built.href)}
      for (const octet of [1, 2]) {
        const key = await nodeStretch(new Uint8Array(64), new Uint8Array(16).fill(octet), ${JSON.stringify(small)})
        console.log(Buffer.from(key).toString('hex'))
      }
    `
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      encoding: 'utf8',
      timeout: 60_000,
    })
    expect(status).toBe(0)
    expect(stdout).toMatch(/^(?:[0-9a-f]{128}\n){2}$/)
  })

  it('is what a virtual phone has, unless it was asked to be fast', () => {
    expect(virtualPhone().platform.stretch).toBe(nodeStretch)
    expect(virtualPhone({ insecureFastStretch: true }).platform.stretch).toBe(insecureFastStretch)
  })

  it('has a fast form for tests, which is another function', async () => {
    const fast = await insecureFastStretch(password, salt, small)
    expect(fast).toHaveLength(64)
    expect(fast).not.toEqual(await nodeStretch(password, salt, small))
  })
})
