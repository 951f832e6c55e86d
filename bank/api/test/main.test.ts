import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgres } from './databases.ts'
import { filledBooks } from './filled-books.ts'
import { gatewayFor } from './gateway.ts'
import { copyPrepared } from './prepared.ts'
import { type Commands, commands } from './process.ts'

describe('the command', () => {
  let run: Commands
  beforeAll(async () => {
    run = commands()
    copyPrepared(await filledBooks(new Date()), run.data)
  })
  afterAll(() => run.close())

  it.each([
    ['no secret', ['--port', '0']],
    ['no port', ['--secret-file', '/dev/null']],
    ['a port that is none', ['--port', 'x', '--secret-file', '/dev/null']],
  ])('says how it is used without: %s', async (_, args) => {
    const { code, log } = await run.fail(...args)
    expect([code, log]).toEqual([1, expect.stringMatching(/^usage: /)])
  })

  it('refuses a short secret, and PostgreSQL without a place for the key file', async () => {
    const short = await run.fail('--port', '0', '--secret-file', '/dev/null')
    expect([short.code, short.log]).toEqual([1, 'the secret must have at least 32 bytes\n'])
    const file = join(run.data, '..', 'secret')
    const lost = await run.fail(
      '--port',
      '0',
      '--secret-file',
      file,
      '--database',
      'postgres://127.0.0.1:1/none',
    )
    expect([lost.code, lost.log]).toEqual([1, expect.stringContaining('--data')])
    const nowhere = ['--database', 'postgres://127.0.0.1:1/none', '--data', run.data]
    const silent = await run.fail('--port', '0', '--secret-file', file, ...nowhere)
    expect([silent.code, silent.log]).toEqual([1, 'the database cannot be reached\n'])
  })

  it('keeps its books between two starts, and nobody else opens them meanwhile', async () => {
    const now = (): Date => new Date()
    const one = await run.start()
    const before = await gatewayFor(one.origin, 'jonas', now)('/accounts')
    await expect(run.start()).rejects.toThrow(/in use by process \d+/)
    expect(await one.stop('SIGTERM')).toBe(0)
    expect(one.log()).toContain('"route":"/accounts","status":200')

    const two = await run.start()
    expect((await gatewayFor(two.origin, 'jonas', now)('/accounts')).bytes).toEqual(before.bytes)
    expect(await two.stop('SIGINT')).toBe(0)
  })

  it('does not start without the keys of its PINs, with damaged ones, or when others may read them', async () => {
    const file = join(run.data, 'pin-keys.json')
    const kept = readFileSync(file)
    renameSync(file, `${file}.away`)
    await expect(run.start()).rejects.toThrow(/is missing: PINs in the database were encrypted under it/)
    writeFileSync(file, kept.subarray(0, -20), { mode: 0o600 })
    await expect(run.start()).rejects.toThrow(/is damaged/)
    writeFileSync(file, kept)
    chmodSync(file, 0o644)
    await expect(run.start()).rejects.toThrow(/is open to group or others/)
    rmSync(file)
    renameSync(`${file}.away`, file)
    const again = await run.start()
    expect(await again.stop('SIGTERM')).toBe(0)
  })
})

describe.skipIf(postgres.skipped)(`the command on ${postgres.name}`, () => {
  it('starts three times at once on an empty database: one fills it, all serve the same', async () => {
    const place = await postgres.create()
    const run = commands()
    const all = await Promise.all([1, 2, 3].map(() => run.start('--database', place.url ?? '')))
    const answers = await Promise.all(
      all.map(({ origin }) => gatewayFor(origin, 'maria', () => new Date())('/documents')),
    )
    expect(new Set(answers.map(({ bytes }) => bytes.toString())).size).toBe(1)
    // Two dozen documents, and no half of them.
    expect(answers[0]?.bytes.length).toBeGreaterThan(2000)
    const pins = await Promise.all(
      all.map(({ origin }) => gatewayFor(origin, 'maria', () => new Date())('/cards')),
    )
    expect(new Set(pins.map(({ bytes }) => bytes.toString())).size).toBe(1)
    for (const one of all) expect(await one.stop('SIGTERM')).toBe(0)
    await run.close()
    await place.drop()
  })
})
