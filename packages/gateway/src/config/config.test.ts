import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultPolicy } from '@holdfast/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Complaint } from './complaint.ts'
import { loadConfig, parseConfig } from './config.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-config-'))
  for (const name of ['accounts.secret', 'sms.secret'])
    writeFileSync(join(directory, name), `${'s'.repeat(40)}\n`)
  writeFileSync(join(directory, 'keys.secret'), `${'k'.repeat(40)}\n`, { mode: 0o600 })
  writeFileSync(join(directory, 'short.secret'), 'short')
  writeFileSync(join(directory, 'database-url'), 'postgres://user@127.0.0.1/bank\n')
})
afterAll(() => rmSync(directory, { recursive: true }))

const file = (): string => join(directory, 'holdfast.yaml')
const complaintOf = (text: string, environment = {}): string => {
  try {
    parseConfig(file(), text, environment)
  } catch (error) {
    if (error instanceof Complaint) return error.message.replaceAll(file(), 'F')
    throw error
  }
  throw new Error('this configuration was accepted')
}

const base: Record<string, string> = {
  origin: 'http://127.0.0.1:8080',
  listen: '{ port: 0 }',
  upstreams: '[{ name: accounts, url: "http://127.0.0.1:9000", identity: { mode: insecurePlain } }]',
  outbox: '{ kind: insecureReadable, file: out.jsonl }',
}
const yaml = (changes: Record<string, string | null> = {}): string =>
  Object.entries({ ...base, ...changes })
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n')
const routes = (...rules: string[]): Record<string, string> => ({
  routes: rules.map((rule) => `\n  - ${rule}`).join(''),
})

describe('a good configuration', () => {
  it('is the example', () => {
    const text = readFileSync(new URL('../../holdfast.example.yaml', import.meta.url), 'utf8')
    const config = parseConfig(file(), text)
    expect(config.policy.session).toEqual({ ...defaultPolicy.session, maxSeconds: 900, idleSeconds: 180 })
    expect(config.upstreams[0]?.identity).toEqual({
      mode: 'hmac-sha256',
      secret: new Uint8Array(40).fill(115),
    })
    expect(config.routes[1]).toMatchObject({ policy: 'signed', signer: 'device', upstream: 'accounts' })
    expect(config.routes[1]?.forward).toContain('x-purpose')
  })

  it('has safe defaults', () => {
    const config = parseConfig(file(), yaml())
    expect(config).toMatchObject({
      listen: { host: '127.0.0.1', port: 0 },
      admin: { host: '127.0.0.1', port: 8081 },
      data: join(directory, 'data'),
      store: { kind: 'embedded' },
      nonces: { kind: 'memory' },
      policy: defaultPolicy,
      routes: [],
    })
  })

  it('takes database addresses from files and the environment, and keeps nonces where all gateways see them', () => {
    const postgres = parseConfig(file(), yaml({ store: '{ kind: postgres, urlFile: database-url }' }))
    expect(postgres.store).toEqual({ kind: 'postgres', url: 'postgres://user@127.0.0.1/bank' })
    expect(postgres.nonces).toEqual({ kind: 'postgres' })
    const redis = parseConfig(file(), yaml({ nonces: '{ kind: redis, urlEnv: REDIS }' }), {
      REDIS: 'redis://127.0.0.1',
    })
    expect(redis.nonces).toEqual({ kind: 'redis', url: 'redis://127.0.0.1' })
  })

  it('may sign conditions, and let what claims nothing take its time', () => {
    const config = parseConfig(
      file(),
      yaml({
        ...routes(
          '{ path: /documents/*, fields: [if-match] }',
          '{ path: /reports/*, methods: [GET], timeoutMs: 600000 }',
          '{ path: /open/*, policy: open, timeoutMs: 600000 }',
        ),
        policy: '{ idempotency: { leaseSeconds: 46 } }',
      }),
    )
    expect(config.routes[0]?.forward).toEqual(['if-match'])
  })

  it('may take sealed requests', () => {
    const text = yaml({ sealing: '{ suites: [x-wing, x25519] }', ...routes('{ path: /a, policy: sealed }') })
    const config = parseConfig(file(), text)
    expect(config.sealing).toEqual({ suites: ['x-wing', 'x25519'] })
    expect(config.routes[0]).toMatchObject({ policy: 'sealed' })
    expect(parseConfig(file(), yaml())).not.toHaveProperty('sealing')
  })

  it('may open everything when it says so', () => {
    const config = parseConfig(file(), yaml(routes('{ path: /*, policy: insecureOpenEverything }')))
    expect(config.routes[0]?.policy).toBe('open')
  })
})

const https = {
  origin: 'https://api.bank.example',
  outbox: '{ kind: webhook, url: "https://x", secretFile: sms.secret }',
}
const upstream = (text: string): Record<string, string> => ({ upstreams: `[{ name: a, ${text} }]` })

describe('a complaint names file, line, column, path and what is expected', () => {
  it.each<[string, string, string]>([
    ['broken YAML', 'origin: [', 'F:1:10: Flow sequence in block collection'],
    ['a key given twice', `${yaml()}\norigin: x`, 'F:5:1: Map keys must be unique'],
    ['an alias', 'origin: &o x\nlisten: *o', 'F:2:9: aliases'],
    ['a tag', 'origin: !!str x', 'F:1:15: tags'],
    ['an unknown tag', 'origin: !run x', 'F:1:9: Unresolved tag'],
    ['an empty file', '', 'F:1:1: the file: expected a map'],
    ['a slip of the pen', yaml({ orign: 'x' }), 'F:5:1: orign: unknown key (did you mean "origin"?)'],
    [
      'an unknown key',
      yaml({ listen: '{ port: 1, zzzzzz: 1 }' }),
      'F:2:20: listen.zzzzzz: unknown key (known here: host, port, trustedProxies, tls)',
    ],
    [
      'a proxy that is everybody',
      yaml({ listen: '{ port: 1, trustedProxies: [10.0.0.0/8, 0.0.0.0/0] }' }),
      'F:2:49: listen.trustedProxies[1]: expected an address or a network',
    ],
    [
      'a certificate that is none',
      yaml({ listen: '{ port: 1, tls: { key: short.secret, cert: sms.secret } }' }),
      'F:2:20: listen.tls: expected a key and a certificate in PEM',
    ],
    ['a missing key', yaml({ listen: '{}' }), 'F:2:1: listen.port: is missing'],
    ['a wrong kind', yaml({ listen: '{ port: "x" }' }), 'F:2:11: listen.port: expected a number'],
    ['a port too high', yaml({ listen: '{ port: 70000 }' }), 'F:2:11: listen.port: expected a port from 0'],
    [
      'an unknown store',
      yaml({ store: '{ kind: mysql }' }),
      'F:5:10: store.kind: expected "embedded", "postgres", "memory"',
    ],
    [
      'an unknown method',
      yaml(routes('{ path: /a, methods: [FETCH] }')),
      'F:6:27: routes[0].methods[0]: expected "GET"',
    ],
    [
      'an unknown key of an upstream',
      yaml(upstream('url: "http://127.0.0.1", identity: { mode: signature, secret: x }')),
      'upstreams[0].identity.secret: unknown key (known here: mode)',
    ],
    [
      'plain http in public',
      yaml({ ...https, origin: 'http://api.bank.example' }),
      'F:1:1: origin: expected https',
    ],
    [
      'an origin with a path',
      yaml({ ...https, origin: 'https://api.bank.example/v1' }),
      'F:1:1: origin: expected https://host',
    ],
    [
      'a public admin listener',
      yaml({ admin: '{ host: 0.0.0.0 }' }),
      'F:5:10: admin.host: the admin listener is for loopback only',
    ],
    [
      'readable texts in public',
      yaml({ origin: 'https://api.bank.example' }),
      'outbox.kind: insecureReadable writes one-time texts to a file',
    ],
    [
      'texts over plain http',
      yaml({ outbox: '{ kind: webhook, url: "http://sms.example", secretFile: sms.secret }' }),
      'outbox.url: expected https',
    ],
    [
      'a plain identity over the network',
      yaml(upstream('url: "http://10.0.0.1", identity: { mode: insecurePlain }')),
      'identity.mode: insecurePlain is for an upstream on loopback',
    ],
    [
      'an upstream with a query',
      yaml(upstream('url: "http://127.0.0.1/api?a", identity: { mode: signature }')),
      'upstreams[0].url: expected http://host:port',
    ],
    [
      'a secret that is not there',
      yaml(upstream('url: "http://127.0.0.1", identity: { mode: hmac-sha256, secretFile: none }')),
      'identity.secretFile: this file cannot be read (ENOENT)',
    ],
    [
      'a short secret',
      yaml(upstream('url: "http://127.0.0.1", identity: { mode: hmac-sha256, secretFile: short.secret }')),
      'identity.secretFile: this secret is too short',
    ],
    [
      'no secret',
      yaml(upstream('url: "http://127.0.0.1", identity: { mode: hmac-sha256 }')),
      'identity: expected one of secretFile',
    ],
    [
      'two database addresses',
      yaml({ store: '{ kind: postgres, url: "postgres://x", urlEnv: X }' }),
      'store: expected one of url, urlFile and urlEnv',
    ],
    [
      'a foreign database',
      yaml({ store: '{ kind: postgres, url: "mysql://x" }' }),
      'store.url: expected an address that begins with postgres://',
    ],
    [
      'nonces without their database',
      yaml({ nonces: '{ kind: postgres }' }),
      'nonces.kind: postgres needs store.kind: postgres',
    ],
    [
      'an open backend',
      yaml(routes('{ path: /*, policy: open }')),
      'F:6:17: routes[0].policy: this opens the whole backend',
    ],
    [
      'insecureOpenEverything for a part',
      yaml(routes('{ path: /a/*, policy: insecureOpenEverything }')),
      'belongs to the path /* only',
    ],
    ['a path of two readings', yaml(routes('{ path: /a//b }')), 'routes[0].path: expected /a/path'],
    ['a path of two spellings', yaml(routes('{ path: "/a:b" }')), 'routes[0].path: expected only letters'],
    ['a star inside', yaml(routes('{ path: /a/*/b }')), 'routes[0].path: expected only letters'],
    ['a path of ours', yaml(routes('{ path: /holdfast/* }')), 'Holdfast answers this path itself'],
    [
      'a rule in the shadow',
      yaml(routes('{ path: /a/*, policy: open }', '{ path: /a/b, signer: device }')),
      'F:7:5: routes[1]: never asked: routes[0]',
    ],
    [
      'an unknown upstream',
      yaml(routes('{ path: /a, upstream: acounts }')),
      'routes[0].upstream: no such upstream (did you mean "accounts"?)',
    ],
    [
      'a twin that differs by case',
      yaml(routes('{ path: /transfers }', '{ path: /Transfers }')),
      'routes[1].path: differs from routes[0] above by case alone',
    ],
    [
      'an upper case field',
      yaml(routes('{ path: /a, fields: [X-A] }')),
      'routes[0].fields[0]: expected a field name in lower case',
    ],
    [
      'a field of ours',
      yaml(routes('{ path: /a, fields: [holdfast-user] }')),
      'names that begin with holdfast- are ours',
    ],
    [
      'a field of the connection',
      yaml(routes('{ path: /a, forward: [transfer-encoding] }')),
      'routes[0].forward[0]: a route cannot forward this field',
    ],
    [
      'a credential to the backend',
      yaml(routes('{ path: /a, policy: open, forward: [authorization] }')),
      'routes[0].forward[0]: a route cannot forward this field',
    ],
    [
      'the digest, to be signed twice',
      yaml(routes('{ path: /a, fields: [content-digest] }')),
      'routes[0].fields[0]: a route cannot forward this field',
    ],
    [
      'the digest, to be sent twice',
      yaml(routes('{ path: /a, forward: [content-digest] }')),
      'routes[0].forward[0]: a route cannot forward this field',
    ],
    [
      'a condition nobody signed',
      yaml(routes('{ path: /a, forward: [if-match] }')),
      'routes[0].forward[0]: no signature covers this field, so anybody in the line can change it: name it in fields',
    ],
    [
      'a claim that is forgotten too soon',
      yaml({ policy: '{ idempotency: { lifeSeconds: 3599 } }' }),
      'policy.idempotency.lifeSeconds: expected 3600 or more',
    ],
    [
      'a route that outlives its claim',
      yaml(routes('{ path: /a, methods: [GET, PUT], timeoutMs: 60000 }')),
      'routes[0].timeoutMs: with limits.requestMs (30000) a write could outlive its claim: expected less, or policy.idempotency.leaseSeconds of 91 or more',
    ],
    [
      'an upstream that outlives its claims',
      yaml({ policy: '{ idempotency: { leaseSeconds: 45 } }' }),
      'upstreams[0].timeoutMs: with limits.requestMs (30000) a write could outlive its claim: expected less, or policy.idempotency.leaseSeconds of 46 or more',
    ],
    [
      'a field nobody signed',
      yaml(routes('{ path: /a, forward: [cookie] }')),
      'routes[0].forward[0]: no signature covers this field',
    ],
    [
      'a sealed route that nobody could seal for',
      yaml(routes('{ path: /a, policy: sealed }')),
      'routes[0].policy: nobody could seal a request for it',
    ],
    [
      'an unknown suite',
      yaml({ sealing: '{ suites: [kyber] }' }),
      'F:5:21: sealing.suites[0]: expected "x-wing", "x25519"',
    ],
    ['no suite', yaml({ sealing: '{ suites: [] }' }), 'sealing.suites: expected at least one suite'],
    ['a suite twice', yaml({ sealing: '{ suites: [x25519, x25519] }' }), 'sealing.suites[1]: is there twice'],
    [
      'the better suite last',
      yaml({ sealing: '{ suites: [x25519, x-wing] }' }),
      'sealing.suites: expected x-wing first',
    ],
    [
      'a sealed route that outlives its claim',
      yaml({
        sealing: '{ suites: [x25519] }',
        ...routes('{ path: /a, policy: sealed, timeoutMs: 60000 }'),
      }),
      'routes[0].timeoutMs: with limits.requestMs (30000) a write could outlive its claim',
    ],
    [
      'several upstreams and no default',
      yaml({
        upstreams:
          '[{ name: a, url: "http://127.0.0.1:1", identity: { mode: signature } }, { name: a, url: "http://127.0.0.1:2", identity: { mode: signature } }]',
      }),
      'defaultUpstream: is missing',
    ],
  ])('%s', (_name, text, expected) => {
    expect(complaintOf(text)).toContain(expected)
  })

  it('says everything at once, in the order of the file', () => {
    const lines = complaintOf(yaml({ listen: '{ port: x }', a: '1', b: '2', log: '{ level: loud }' })).split(
      '\n',
    )
    expect(lines.map((line) => line.split(': ', 2).join(' '))).toEqual([
      'F:2:11 listen.port',
      'F:5:1 a',
      'F:6:1 b',
      'F:7:8 log.level',
    ])
  })

  it('never repeats a value: it may be a secret', () => {
    expect(complaintOf(yaml({ store: '{ kind: postgres, url: "mysql://root:geheim@x" }' }))).not.toContain(
      'geheim',
    )
    expect(complaintOf(yaml({ outbox: 'geheim' }))).not.toContain('geheim')
  })

  it('says how to name a file that is not there', () => {
    expect(() => loadConfig(join(directory, 'none.yaml'))).toThrow(
      'does not exist: name the configuration with --config',
    )
  })
})
