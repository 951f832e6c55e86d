import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Complaint } from './complaint.ts'
import { type Config, parseConfig } from './config.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-config-keys-'))
  writeFileSync(join(directory, 'good'), 'a passphrase of the test\n', { mode: 0o600 })
  writeFileSync(join(directory, 'old'), 'the passphrase before\n', { mode: 0o400 })
  writeFileSync(join(directory, 'short'), 'canary', { mode: 0o600 })
  writeFileSync(join(directory, 'pin'), '1234\n', { mode: 0o600 })
  writeFileSync(join(directory, 'wide'), 'a passphrase for everybody\n')
  chmodSync(join(directory, 'wide'), 0o644)
})
afterAll(() => rmSync(directory, { recursive: true }))

function parse(keys: string | null, origin = 'http://127.0.0.1:8080', environment = {}): Config {
  const text = `origin: ${origin}
listen: { port: 0 }
upstreams: [{ name: a, url: "http://127.0.0.1:9", identity: { mode: insecurePlain } }]
outbox: { kind: webhook, url: "https://sms.example", secretFile: good }
${keys === null ? '' : `keys: ${keys}`}`
  return parseConfig(join(directory, 'holdfast.yaml'), text, environment)
}
function complaintOf(...args: Parameters<typeof parse>): string {
  try {
    parse(...args)
  } catch (error) {
    if (error instanceof Complaint) return error.message
    throw error
  }
  throw new Error('this configuration was accepted')
}
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString()
const far = 'https://api.bank.example'

it('leaves the key file readable on loopback, and elsewhere only for who writes so', () => {
  expect(parse(null).keys).toEqual({ kind: 'plain', meant: false })
  expect(parse('{ kind: insecurePlain }', far).keys).toEqual({ kind: 'plain', meant: true })
  expect(complaintOf(null, far)).toContain('keys: is missing: expected kind: file')
})

it('reads the passphrase each time it is asked for, each time anew', () => {
  const { keys } = parse('{ kind: file, secretFile: good, previous: { secretFile: old } }', far)
  if (keys.kind !== 'file' || typeof keys.previous !== 'function') throw new Error('another kind')
  const { previous } = keys
  for (let i = 0; i < 2; i++) {
    const bytes = keys.passphrase()
    expect(text(bytes)).toBe('a passphrase of the test')
    bytes.fill(0)
  }
  expect(text(previous())).toBe('the passphrase before')
  rmSync(join(directory, 'old'))
  expect(() => previous()).toThrow('keys.previous.secretFile: this secret is gone')
})

it('says in one word what a start may find from before', () => {
  expect(parse('{ kind: file, secretFile: good, previous: readable }').keys).toMatchObject({
    previous: 'readable',
  })
  for (const previous of ['readable', 'file'])
    expect(
      parse(`{ kind: pkcs11, module: m.so, token: t, secretFile: pin, previous: ${previous} }`).keys,
    ).toMatchObject({ previous })
})

it('takes it from the environment and from systemd, too', () => {
  const fromEnvironment = parse('{ kind: file, secretEnv: KEYS }', far, {
    KEYS: 'a passphrase in words',
  }).keys
  expect(fromEnvironment.kind === 'file' && text(fromEnvironment.passphrase())).toBe('a passphrase in words')
  const environment = { CREDENTIALS_DIRECTORY: directory }
  const { keys } = parse('{ kind: pkcs11, module: m.so, token: t, secretCredential: pin }', far, environment)
  expect(keys).toMatchObject({ kind: 'pkcs11', module: 'm.so', token: 't', previous: null })
  expect(keys.kind === 'pkcs11' && text(keys.pin())).toBe('1234')
})

it.each([
  ['no secret', '{ kind: file }', 'keys: expected one of secretFile'],
  ['two secrets', '{ kind: file, secretFile: good, secretEnv: KEYS }', 'keys: expected one of secretFile'],
  [
    'a missing file',
    '{ kind: file, secretFile: none }',
    'keys.secretFile: this file cannot be read (ENOENT)',
  ],
  [
    'a file for everybody',
    '{ kind: file, secretFile: wide }',
    'keys.secretFile: this file is open to group or others',
  ],
  ['a short passphrase', '{ kind: file, secretFile: short }', 'keys.secretFile: this secret is too short'],
  [
    'no environment',
    '{ kind: file, secretEnv: NONE }',
    'keys.secretEnv: this environment variable is not set',
  ],
  [
    'no systemd',
    '{ kind: file, secretCredential: keys }',
    'keys.secretCredential: CREDENTIALS_DIRECTORY is not set',
  ],
  [
    'a credential elsewhere',
    '{ kind: file, secretCredential: ../x }',
    'keys.secretCredential: expected the name',
  ],
  ['no token', '{ kind: pkcs11, module: m.so, secretFile: pin }', 'keys.token: is missing'],
  [
    'keys in a file that has no other place for them',
    '{ kind: file, secretFile: good, previous: file }',
    'keys.previous: expected "readable"',
  ],
  [
    'a word that is none',
    '{ kind: pkcs11, module: m.so, token: t, secretFile: pin, previous: canary }',
    'keys.previous: expected "readable", "file"',
  ],
  ['a number', '{ kind: file, secretFile: good, previous: 1 }', 'keys.previous: expected a map'],
  [
    'a letter too few',
    '{ kind: file, secretFile: good, previous: { secretFil: old } }',
    'keys.previous.secretFil: unknown key (did you mean "secretFile"?)',
  ],
  ['an unknown kind', '{ kind: vault }', 'keys.kind: expected "file", "pkcs11", "insecurePlain"'],
])('complains about %s', (_, keys, expected) => {
  const complaint = complaintOf(keys)
  expect(complaint).toContain(expected)
  expect(complaint).not.toContain('canary')
})
