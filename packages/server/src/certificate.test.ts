import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type ErrorCode, HoldfastError } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  hasOpenssl,
  keyPem,
  makeByOpenssl,
  newCa,
  pemOf,
  rsaKeyPem,
  usual,
  type Wish,
} from '../test/certificates.ts'
import { createKey } from '../test/stage.ts'
import { issueCertificate } from './ca.ts'
import { verifyClientCertificate } from './certificate.ts'
import type { CaEntry } from './keys.ts'

const now = Date.now()
const uri = 'https://api.bank.example/holdfast/devices/a'

async function issue(ca: CaEntry, at: number = now) {
  const key = await createKey()
  const request = { device: 'a', uri, publicJwk: key.jwk, now: at, lifeSeconds: 259_200 }
  return { key, ...issueCertificate(ca, request) }
}

const verdict = (der: Uint8Array, cas: readonly Uint8Array[], at: number = now): ErrorCode | 'accepted' => {
  try {
    verifyClientCertificate(der, cas, at)
    return 'accepted'
  } catch (error) {
    if (error instanceof HoldfastError) return error.code
    throw error
  }
}
const reason = (der: Uint8Array, cas: readonly Uint8Array[]): string => {
  try {
    // openssl dates what it makes by the second in which it runs.
    verifyClientCertificate(der, cas, now + 60_000)
    return ''
  } catch (error) {
    return ((error as Error).cause as Error).message
  }
}

describe('a certificate of our CA', () => {
  test('is named by its own thumbprint and by that of the device key', async () => {
    const ca = newCa(now)
    const { certificate, key, expires } = await issue(ca)
    const x509 = new X509Certificate(certificate)
    expect(verifyClientCertificate(certificate, [ca.certificate], now)).toEqual({
      thumbprint: Buffer.from(x509.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
      keyThumbprint: key.thumbprint,
      expiresAt: expires * 1000,
    })
  })

  test('holds the device id and nothing else about it, and another serial each time', async () => {
    const ca = newCa(now)
    const [one, two] = [await issue(ca), await issue(ca)].map(
      ({ certificate }) => new X509Certificate(certificate),
    )
    expect(one?.subject).toBe('CN=a')
    expect(one?.subjectAltName).toBe(`URI:${uri}`)
    expect(one?.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    expect(one?.serialNumber).toMatch(/^01[0-9A-F]{32}$/)
    expect(one?.serialNumber).not.toBe(two?.serialNumber)
  })

  test('counts from a minute before it was made until it ends', async () => {
    const ca = newCa(now)
    const { certificate, expires } = await issue(ca)
    expect(expires).toBe(Math.floor((now + 259_200_000) / 1000))
    const at = (ms: number) => verdict(certificate, [ca.certificate], ms)
    expect(at(now - 58_000)).toBe('accepted')
    expect(at(now - 62_000)).toBe('certificate_refused')
    expect(at(expires * 1000)).toBe('accepted')
    expect(at(expires * 1000 + 1)).toBe('certificate_refused')
  })

  test('never outlives its CA', async () => {
    const ca = newCa(now)
    const end = Math.floor((now + 10 * 86_400_000) / 1000)
    const { certificate, expires } = await issue(ca, now + 9 * 86_400_000)
    expect(expires).toBe(end)
    expect(verdict(certificate, [ca.certificate], end * 1000)).toBe('accepted')
    expect(verdict(certificate, [ca.certificate], end * 1000 + 1)).toBe('certificate_refused')
  })

  test('counts under either of two CAs, also of one name, and under none that is gone', async () => {
    const [old, young, other] = [newCa(now), newCa(now), newCa(now, 'another')]
    const { certificate } = await issue(old)
    expect(verdict(certificate, [young.certificate, old.certificate])).toBe('accepted')
    expect(verdict(certificate, [young.certificate, other.certificate])).toBe('certificate_refused')
    expect(verdict(certificate, [])).toBe('certificate_refused')
  })
})

describe('refused is', () => {
  test('every change of one octet', async () => {
    const ca = newCa(now)
    const { certificate } = await issue(ca)
    for (let i = 0; i < certificate.length; i += 7) {
      const changed = certificate.slice()
      changed[i] = (changed[i] as number) ^ 1
      expect(verdict(changed, [ca.certificate])).toBe('certificate_refused')
    }
  })

  test('anything but one certificate in DER', async () => {
    const ca = newCa(now)
    const { certificate } = await issue(ca)
    const text = Buffer.from(pemOf(certificate))
    for (const bytes of [
      new Uint8Array(0),
      text,
      Buffer.concat([certificate, Buffer.of(0)]),
      certificate.subarray(1),
    ])
      expect(verdict(new Uint8Array(bytes), [ca.certificate])).toBe('certificate_refused')
  })

  test('the CA itself', () => {
    const ca = newCa(now)
    expect(reason(ca.certificate, [ca.certificate])).toBe('it is the certificate of a CA')
  })
})

if (!hasOpenssl) console.warn('The openssl command is not here: its certificates are not tried.')
describe.skipIf(!hasOpenssl)('with the openssl command', () => {
  test('it accepts ours for TLS clients and for nothing else', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-ca-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const ca = newCa(now)
    writeFileSync(path.join(folder, 'ca.pem'), pemOf(ca.certificate))
    writeFileSync(path.join(folder, 'device.pem'), pemOf((await issue(ca)).certificate))
    const verify = (purpose: string): number | null =>
      spawnSync(
        'openssl',
        ['verify', '-x509_strict', '-check_ss_sig', '-purpose', purpose, '-CAfile', 'ca.pem', 'device.pem'],
        { cwd: folder },
      ).status
    expect(verify('sslclient')).toBe(0)
    expect(verify('sslserver')).toBe(2)
    expect(verify('smimesign')).toBe(2)
  })

  const ca = newCa(now)
  test.each<[string, Partial<Wish>, string]>([
    ['a usual one is accepted', {}, ''],
    ['signed by itself under our name', { ca: null }, 'no CA of this deployment signed it'],
    ['of another CA of the same name', { ca: newCa(now) }, 'no CA of this deployment signed it'],
    [
      'for servers',
      { extensions: [...usual.slice(0, 2), 'extendedKeyUsage=critical,serverAuth'] },
      'its extended key usage is not clientAuth',
    ],
    ['for any purpose', { extensions: usual.slice(0, 2) }, 'its extended key usage is not clientAuth'],
    [
      'for signing other certificates',
      {
        extensions: ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign', ...usual.slice(2)],
      },
      'it is the certificate of a CA',
    ],
    [
      'of a CA whose key usage does not say so',
      { extensions: ['basicConstraints=critical,CA:TRUE', ...usual.slice(1)] },
      'it is the certificate of a CA',
    ],
    [
      'not for signing',
      { extensions: [...usual.slice(0, 1), 'keyUsage=critical,keyAgreement', ...usual.slice(2)] },
      'its key usage is not digitalSignature',
    ],
    [
      'with a critical extension nobody knows',
      { extensions: [...usual, '1.2.3.4=critical,DER:0500'] },
      'a critical extension is not understood',
    ],
  ])('%s', (_name, wish, expected) => {
    const { certificate } = makeByOpenssl({ extensions: usual, ca, ...wish })
    expect(reason(certificate, [ca.certificate])).toBe(expected)
  })

  test('a key that is not P-256', () => {
    const { certificate } = makeByOpenssl({ extensions: usual, ca, key: rsaKeyPem() })
    expect(reason(certificate, [ca.certificate])).toBe('its key is not P-256')
  })

  test('a certificate below one we gave to a device', () => {
    const { privateKey } = nodeCrypto.generateKeyPair()
    const device = makeByOpenssl({ extensions: usual, ca, key: keyPem(privateKey) })
    const sub = { ...ca, privateKey, certificate: device.certificate }
    const { certificate } = makeByOpenssl({ extensions: usual, ca: sub })
    expect(reason(certificate, [ca.certificate])).toBe('no CA of this deployment signed it')
    expect(reason(certificate, [ca.certificate, device.certificate])).not.toBe('')
  })
})
