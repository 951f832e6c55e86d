import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '@holdfast/server'
import { createSoftToken, softhsmNeeded, softhsmReachable } from '../test/softhsm.ts'
import { Complaint } from './config/complaint.ts'
import { parseConfig } from './config/config.ts'
import { openKeys, publicKeys } from './keys.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-keys-'))
  return () => rmSync(directory, { recursive: true })
})

function open(keys: object | null, more: object = {}, clock?: Clock): ReturnType<typeof openKeys> {
  const config = {
    origin: 'http://127.0.0.1:8080',
    listen: { port: 0 },
    upstreams: [{ name: 'a', url: 'http://127.0.0.1:9', identity: { mode: 'insecurePlain' } }],
    outbox: { kind: 'insecureReadable', file: 'out' },
    ...(keys === null ? {} : { keys }),
    ...more,
  }
  return openKeys(parseConfig(join(directory, 'holdfast.yaml'), JSON.stringify(config)), clock)
}
function under(name: string, text: string): object {
  writeFileSync(join(directory, name), text, { mode: 0o600 })
  return { kind: 'file', secretFile: name }
}
const file = (): string => join(directory, 'data', 'keys.json')
async function complaintOf(keys: object | null): Promise<string> {
  const error = await open(keys).then(
    () => expect.unreachable(),
    (caught: unknown) => caught,
  )
  if (!(error instanceof Complaint)) throw error
  expect(`${error.message} ${String(error.cause)}`).not.toContain('canary')
  return error.message
}

it.each([
  ['a day, as a kept answer', {}, 86_400],
  [
    'as long as a transfer may be held and then be sent',
    { transfers: { currency: 'EUR', rules: [] } },
    345_600,
  ],
])('a wrapping key that was rotated opens what it sealed for %s', async (_, more, seconds) => {
  let now = 1_790_000_000_000
  const keys = await open(null, more, { now: () => now, monotonic: () => now })
  const sealed = keys.seal('here', new Uint8Array([1]))
  await keys.rotate('wrapping')
  now += seconds * 1000
  expect([...keys.open('here', sealed)]).toEqual([1])
  now += 600_000
  expect(() => keys.open('here', sealed)).toThrow('store')
})

describe('each thing that can be wrong with the keys has its words', () => {
  it('another passphrase', async () => {
    await open(under('right', 'canary passphrase, right'))
    expect(await complaintOf(under('wrong', 'canary passphrase, wrong'))).toMatch(
      /keys\.json: the key file is encrypted under a passphrase and does not open: another secret/,
    )
  })

  it('no passphrase for an encrypted file', async () => {
    await open(under('right', 'canary passphrase, right'))
    expect(await complaintOf(null)).toContain('encrypted under a passphrase: name it under keys')
  })

  it('a readable file where an encrypted one is expected', async () => {
    const pins = (await open(null)).servicePins()
    const keys = under('right', 'canary passphrase, right')
    expect(await complaintOf(keys)).toMatch(
      /keys\.json: the key file is readable where an encrypted one is expected.* write "previous: readable"/,
    )
    expect((await open({ ...keys, previous: 'readable' })).servicePins()).toEqual(pins)
    expect((await open(keys)).servicePins()).toEqual(pins)
  })

  it('a damaged file, and one open to others', async () => {
    const keys = under('right', 'canary passphrase, right')
    await open(keys)
    const text = readFileSync(file(), 'utf8')
    writeFileSync(file(), text.slice(0, -20))
    expect(await complaintOf(keys)).toContain('the key file is damaged')
    writeFileSync(file(), text)
    chmodSync(file(), 0o644)
    expect(await complaintOf(keys)).toContain('open to group or others: set its mode to 0600')
  })

  it('a module that is none', async () => {
    writeFileSync(join(directory, 'pin'), '1234', { mode: 0o600 })
    const keys = { kind: 'pkcs11', module: join(directory, 'none.so'), token: 't', secretFile: 'pin' }
    // Without the library it is the library that is asked for.
    expect(await complaintOf(keys)).toMatch(/check keys\.module|need graphene-pk11/)
  })
})

it('shows public halves, pins and CA certificates, and nothing else', async () => {
  const keys = await open(under('right', 'canary passphrase, right'))
  await keys.rotate('ca')
  const shown = publicKeys(keys, false)
  expect(Object.keys(shown)).toEqual(['keys', 'pins', 'forward', 'ca', 'sealing'])
  expect(shown.ca[0]).toMatch(/^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+\n-----END CERTIFICATE-----$/)
  expect(JSON.stringify(shown)).not.toContain('"d":')
  expect(new Set(shown.keys.map(({ use }) => use))).toEqual(
    new Set(['service', 'token', 'forward', 'ca', 'wrapping']),
  )
})

describe.skipIf(!softhsmReachable)(softhsmNeeded, () => {
  it('a wrong PIN, an unknown token, and a token that holds other keys', async () => {
    const token = createSoftToken('holdfast keys')
    try {
      const pkcs11 = (label: string, pin: string): object => {
        writeFileSync(join(directory, 'pin'), pin, { mode: 0o600 })
        return { kind: 'pkcs11', module: token.module, token: label, secretFile: 'pin' }
      }
      expect(await complaintOf(pkcs11(token.label, 'canary'))).toContain('refuses the PIN')
      expect(await complaintOf(pkcs11('another', token.pin))).toContain('knows no token "another"')
      const keys = pkcs11(token.label, token.pin)
      await open(keys)
      const text = JSON.parse(readFileSync(file(), 'utf8')) as { recipe: object }
      const strange = { ...text, recipe: { ...text.recipe, key: 'A'.repeat(22) } }
      writeFileSync(file(), JSON.stringify(strange))
      expect(await complaintOf(keys)).toContain('the token does not hold the key')
      const broken = { ...text, recipe: { ...text.recipe, wrapped: 'A'.repeat(64) } }
      writeFileSync(file(), JSON.stringify(broken))
      expect(await complaintOf(keys)).toContain(
        'the HSM of its keys cannot be reached or does not do what it is asked',
      )
    } finally {
      token.remove()
    }
  })
})
