import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runHere } from '../../test/holdfast-here.ts'
import { createPlace, fromBundle, type Place } from '../../test/holdfast-process.ts'

const config = `
origin: http://127.0.0.1:8080
listen: { port: 0 }
admin: { port: 0 }
upstreams: [{ name: accounts, url: "http://127.0.0.1:9", identity: { mode: insecurePlain } }]
outbox: { kind: insecureReadable, file: out.jsonl }
`

describe.concurrent('holdfast says what is wrong and ends with status 2', { timeout: 120_000 }, () => {
  let place: Place
  beforeAll(() => {
    place = createPlace(config)
  })
  afterAll(() => place.clear())

  it.each([
    [['srve'], 'did you mean "serve"'],
    [['serve', '--workers', '2'], 'needs store.kind: postgres'],
  ])('holdfast %j, as a process', async (args, expected) => {
    const { code, err, out } = await place.run(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(expected)
    expect(err).not.toContain('    at ')
  })

  it.each([
    [['serve', '--config', 'none.yaml'], 'none.yaml does not exist'],
    [['serve', '--wrokers', '2'], '--wrokers'],
    [['serve', '--workers', 'x'], '--workers: expected a whole number'],
    [['activate', '--user', 'a'], '--send-to is missing'],
    [['activate', '--user', 'a', '--send-to', 'b'], 'the admin port is chosen at start'],
    [['devices', '--admin', 'http://10.0.0.1:1'], 'expected http://127.0.0.1:PORT'],
    [['keys', 'rotate', 'all'], 'rotate service|token|forward|ca|wrapping|sealing'],
    [['revoke'], 'which device?'],
  ])('holdfast %j', async (args, expected) => {
    const { code, err, out } = await runHere(place.directory, ...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(expected)
    expect(err).not.toContain('    at ')
  })

  it('helps', async () => {
    const names = ['serve', 'activate', 'devices', 'revoke', 'keys', 'audit', 'operators', 'explain']
    const told = await Promise.all(names.map((name) => runHere(place.directory, name, '--help')))
    told.forEach(({ code, out }, i) => {
      expect(code).toBe(0)
      expect(out).toContain(`holdfast ${names[i]}`)
      expect(out).toContain('Example')
    })
    expect((await place.run('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('says that no gateway runs', async () => {
    writeFileSync(join(place.directory, 'c.json'), JSON.stringify({ name: 'a', secret: 'b' }))
    const at = ['--credentials', 'c.json', '--admin', 'http://127.0.0.1:9']
    const { code, err } = await runHere(place.directory, 'devices', ...at)
    expect(code).toBe(1)
    expect(err).toContain('is holdfast serve running?')
  })
})

describe.concurrent('holdfast that cannot start', { timeout: 120_000 }, () => {
  it.each([
    [
      'store: { kind: postgres, url: "postgres://nobody@127.0.0.1:9/none" }',
      'the PostgreSQL store cannot be opened (ECONNREFUSED)',
      1,
    ],
    [
      'store: { kind: memory }\nnonces: { kind: redis, url: "redis://127.0.0.1:9" }',
      'the Redis nonce memory cannot be opened',
      1,
    ],
    ['data: holdfast.yaml', 'keys.json cannot be opened (EEXIST): check data', 1],
    ['upstreams: x', 'Map keys must be unique', 2],
  ])('says why: %s', async (line, expected, status) => {
    const place = createPlace(`${config}${line}\n`, { command: fromBundle })
    try {
      const { code, err, out } = await place.run('serve')
      expect({ code, out }).toEqual({ code: status, out: '' })
      expect(err).toContain(expected)
      expect(err).not.toContain('    at ')
    } finally {
      place.clear()
    }
  })

  it.each([
    ['listen', 'listen: { port: PORT }\nadmin: { port: 0 }'],
    ['admin', 'listen: { port: 0 }\nadmin: { port: PORT }'],
  ])('says that the port of %s is taken', async (key, lines) => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const rest = config.split('\n').filter((line) => !/^(listen|admin):/.test(line))
    const place = createPlace(
      [...rest, lines.replace('PORT', String(port)), 'store: { kind: memory }'].join('\n'),
      { command: fromBundle },
    )
    try {
      const { code, err, out } = await place.run('serve')
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toContain(`cannot listen on 127.0.0.1:${port} (EADDRINUSE): another program listens there`)
      expect(err).toContain(`(${key}.host, ${key}.port)`)
    } finally {
      place.clear()
      taken.close()
    }
  })
})
