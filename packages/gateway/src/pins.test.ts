import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { get } from 'node:https'
import { text as readText } from 'node:stream/consumers'
import { join } from 'node:path'
import { fromBase64url, fromUtf8 } from '@holdfast/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runHere } from '../test/holdfast-here.ts'
import { createPlace, fromBundle, type Place } from '../test/holdfast-process.ts'
import { Complaint } from './config/complaint.ts'
import { parseConfig } from './config/config.ts'
import { pinOfPem } from './pins.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

let directory: string
const file = (name: string): string => join(directory, name)
const openssl = (...args: string[]): Buffer =>
  execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] })
const pem = (name: string): string => readFileSync(file(name), 'utf8')

const kinds = {
  ec: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  rsa: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  ed: ['-algorithm', 'Ed25519'],
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-pins-'))
  if (!hasOpenssl) return
  for (const [kind, options] of Object.entries(kinds)) {
    openssl('genpkey', ...options, '-out', `${kind}.key`)
    openssl('pkey', '-in', `${kind}.key`, '-pubout', '-out', `${kind}.pub`)
    openssl('pkey', '-in', `${kind}.key`, '-pubout', '-outform', 'DER', '-out', `${kind}.spki`)
    // A subject long enough for lengths of more than one octet.
    openssl(
      'req',
      '-new',
      '-key',
      `${kind}.key`,
      '-subj',
      `/CN=${'bank.'.repeat(11)}example/O=${'b'.repeat(60)}`,
      '-addext',
      `subjectAltName=DNS:${kind}.example`,
      '-out',
      `${kind}.csr`,
    )
    openssl('req', '-x509', '-key', `${kind}.key`, '-subj', '/CN=bank', '-days', '2', '-out', `${kind}.crt`)
  }
  openssl('pkey', '-in', 'ec.key', '-traditional', '-out', 'ec.sec1')
  openssl('pkey', '-in', 'rsa.key', '-traditional', '-out', 'rsa.pkcs1')
  openssl('pkey', '-in', 'ec.key', '-aes256', '-passout', 'pass:secret', '-out', 'ec.encrypted')
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-out', 'params.sec1')
  openssl('pkey', '-in', 'params.sec1', '-pubout', '-outform', 'DER', '-out', 'params.spki')
})
afterAll(() => rmSync(directory, { recursive: true }))

/** As RFC 7469 appendix A computes it. */
const expected = (kind: string): string =>
  openssl('dgst', '-sha256', '-binary', `${kind}.spki`).toString('base64url')

describe.skipIf(!hasOpenssl)('a pin (needs the openssl command)', () => {
  it.each(['ec', 'rsa', 'ed'])('is one, whatever of the key it is taken from: %s', (kind) => {
    for (const form of ['key', 'pub', 'csr', 'crt'])
      expect([form, pinOfPem(pem(`${kind}.${form}`))]).toEqual([form, expected(kind)])
  })

  it('is read from older forms of keys, and behind parameters', () => {
    expect(pinOfPem(pem('ec.sec1'))).toBe(expected('ec'))
    expect(pinOfPem(pem('rsa.pkcs1'))).toBe(expected('rsa'))
    expect(pinOfPem(pem('params.sec1'))).toBe(expected('params'))
  })

  it('of a chain is that of its first certificate', () => {
    expect(pinOfPem(`some words\n${pem('rsa.crt')}${pem('ec.crt')}`)).toBe(expected('rsa'))
  })

  it('is not made up', () => {
    expect(pinOfPem('')).toBeNull()
    expect(pinOfPem('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')).toBeNull()
    expect(pinOfPem(pem('ec.encrypted'))).toBeNull()
    const request = Buffer.from(pem('ec.csr').replaceAll(/-----.*-----/g, ''), 'base64')
    for (let length = 0; length < 200; length++) {
      const cut = request.subarray(0, length).toString('base64')
      expect(
        pinOfPem(`-----BEGIN CERTIFICATE REQUEST-----\n${cut}\n-----END CERTIFICATE REQUEST-----`),
      ).toBeNull()
    }
  })
})

describe.skipIf(!hasOpenssl)('holdfast keys pins', () => {
  const run = (...args: string[]) =>
    runHere(directory, 'keys', 'pins', ...args.map((word) => (word.startsWith('--') ? word : file(word))))

  it('prints what holdfast.yaml takes', async () => {
    const { code, out } = await run('--cert', 'ec.crt', '--backup', 'rsa.csr', '--backup', 'ed.pub')
    expect(code).toBe(0)
    expect(out).toBe(
      `pins:\n  - ${expected('ec')} # in use: ec.crt\n  - ${expected('rsa')} # in reserve: rsa.csr\n` +
        `  - ${expected('ed')} # in reserve: ed.pub\n`,
    )
    const json = await run('--key', 'ec.key', '--backup', 'rsa.key', '--json')
    expect(JSON.parse(json.out)).toEqual({ pins: [expected('ec'), expected('rsa')] })
    expect(configured({ pins: `[${expected('ec')}, ${expected('rsa')}]` })).toBe('')
  })

  it.each<[string, string[], string]>([
    ['no reserve', ['--cert', 'ec.crt'], 'a backup is missing'],
    ['the same key as its own reserve', ['--cert', 'ec.crt', '--backup', 'ec.pub'], 'is the same key as'],
    [
      'one reserve twice',
      ['--cert', 'ec.crt', '--backup', 'rsa.pub', '--backup', 'rsa.key'],
      'is the same key as',
    ],
    ['no key in use', ['--backup', 'ec.pub'], 'expected --cert FILE or --key FILE'],
    [
      'two keys in use',
      ['--cert', 'ec.crt', '--key', 'ec.key', '--backup', 'rsa.pub'],
      'expected --cert FILE or',
    ],
    ['an encrypted key', ['--cert', 'ec.crt', '--backup', 'ec.encrypted'], 'ec.encrypted is encrypted'],
    ['a file that is no PEM', ['--cert', 'ec.spki', '--backup', 'rsa.pub'], 'expected a certificate'],
    ['no file', ['--cert', 'none.crt', '--backup', 'rsa.pub'], 'cannot be read (ENOENT)'],
  ])('refuses %s', async (_, args, words) => {
    const { code, out, err } = await run(...args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(words)
  })

  it('has help of its own', async () => {
    expect((await run('--help')).out).toMatch(/^holdfast keys pins /)
    const { out } = await runHere(directory, '--help')
    expect(out).toContain('keys pins')
    expect(out).toContain('keys ca')
  })
})

const base = {
  origin: 'https://api.bank.example',
  listen: '{ port: 0 }',
  upstreams: '[{ name: accounts, url: "http://127.0.0.1:9000", identity: { mode: insecurePlain } }]',
  outbox: '{ kind: webhook, url: "https://x", secretFile: sms.secret }',
  keys: '{ kind: insecurePlain }',
}

/** What is wrong with it; nothing when it is taken. */
function configured(changes: Record<string, string>): string {
  writeFileSync(file('sms.secret'), 's'.repeat(40))
  const text = Object.entries({ ...base, ...changes }).map(([key, value]) => `${key}: ${value}`)
  try {
    parseConfig(file('holdfast.yaml'), text.join('\n'))
    return ''
  } catch (error) {
    if (error instanceof Complaint) return error.message
    throw error
  }
}

describe.skipIf(!hasOpenssl)('a gateway with pins (needs the openssl command)', { timeout: 60_000 }, () => {
  let place: Place
  afterAll(() => place.clear())

  it('tells phones what was printed for it', async () => {
    const pins = [expected('ec'), expected('rsa')]
    const listen = `{ port: 0, tls: { key: ${file('ec.key')}, cert: ${file('ec.crt')} } }`
    const written = {
      ...base,
      listen,
      pins: `[${pins.join(', ')}]`,
      admin: '{ port: 0 }',
      store: '{ kind: memory }',
    }
    place = createPlace(
      Object.entries(written)
        .map(([key, value]) => `${key}: ${value}`)
        .join('\n'),
      { command: fromBundle },
    )
    writeFileSync(join(place.directory, 'sms.secret'), 's'.repeat(40))
    const { port } = await place.serve()
    const statement = await new Promise<string>((resolve, reject) => {
      const asked = get(
        `https://127.0.0.1:${port}/.well-known/holdfast`,
        { agent: false, rejectUnauthorized: false, headers: { host: 'api.bank.example' } },
        (answer) => resolve(readText(answer)),
      )
      asked.on('error', reject)
    })
    const payload = JSON.parse(fromUtf8(fromBase64url(statement.split('.')[1] ?? ''))) as { pins: unknown }
    expect(payload.pins).toEqual(pins)
  })
})

describe('pins in holdfast.yaml', () => {
  const [a, b] = ['a'.repeat(43), 'b'.repeat(43)]

  it.each<[string, Record<string, string>, string]>([
    ['one alone', { pins: `[${a}]` }, 'pins: expected two pins at least'],
    ['a short one', { pins: `[${a}, bbb]` }, 'pins[1]: expected 43 characters'],
    ['one in base64', { pins: `[${a}, "${'b'.repeat(42)}+"]` }, 'pins[1]: expected 43 characters'],
    ['one twice', { pins: `[${a}, ${b}, ${a}]` }, 'pins[2]: is there twice'],
    [
      'pins without TLS',
      { pins: `[${a}, ${b}]`, origin: 'http://127.0.0.1:8080' },
      'pins: there is no TLS to pin',
    ],
  ])('are refused: %s', (_, changes, words) => expect(configured(changes)).toContain(words))

  it('may be of a key that something in front has', () => {
    expect(configured({ pins: `[${a}, ${b}]` })).toBe('')
  })

  describe.skipIf(!hasOpenssl)('beside a listener with a key (needs the openssl command)', () => {
    const tls = '{ key: ec.key, cert: ec.crt }'
    const mutual = '{ origin: "https://mutual.bank.example", port: 0, tls: { key: rsa.key, cert: rsa.crt } }'

    it('name that key', () => {
      const listen = `{ port: 0, tls: ${tls} }`
      expect(configured({ listen, pins: `[${expected('ec')}, ${b}]` })).toBe('')
      const wrong = configured({ listen, pins: `[${a}, ${b}]` })
      expect(wrong).toContain('listen.tls.cert: its key is not among the pins')
      expect(wrong).toContain(expected('ec'))
      expect(configured({ listen })).toBe('')
    })

    it('name that of the listener for client certificates too', () => {
      expect(configured({ mutual, pins: `[${expected('rsa')}, ${b}]` })).toBe('')
      expect(configured({ mutual, pins: `[${expected('ec')}, ${b}]` })).toContain(
        'mutual.tls.cert: its key is not among the pins',
      )
    })
  })
})
