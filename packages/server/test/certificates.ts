/** Certificates for tests: a CA like the deployment's, and what no deployment would issue, made by the openssl command. */
import { execFileSync, spawnSync } from 'node:child_process'
import { type KeyObject, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { PrivateKey } from '@holdfast/core'
import { generatePkcs8, importPrivateKey, nodeCrypto } from '@holdfast/core/node-crypto'
import { makeCaCertificate } from '../src/ca.ts'
import type { CaEntry } from '../src/keys.ts'

export const hasOpenssl: boolean = spawnSync('openssl', ['version']).status === 0

/** `now`: milliseconds since 1970. */
export function newCa(now: number, name = 'Holdfast test CA'): CaEntry {
  const { publicJwk: jwk, privateKey } = nodeCrypto.generateKeyPair()
  const entry = { kid: name, jwk, privateKey }
  const dates = { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + 10 * 86_400_000) }
  return { ...entry, certificate: makeCaCertificate(entry, { name, ...dates }) }
}

export function pemOf(certificate: Uint8Array): string {
  return new X509Certificate(certificate).toString()
}

export function keyPem(key: PrivateKey): string {
  return (key as unknown as KeyObject).export({ format: 'pem', type: 'pkcs8' }).toString()
}

export type Wish = {
  readonly name?: string
  /** Lines of an OpenSSL extension section. */
  readonly extensions: readonly string[]
  /** PKCS#8 in PEM; a new P-256 key unless told. */
  readonly key?: string
  /** Null: signed by its own key. */
  readonly ca: CaEntry | null
  /** Three unless told; less than none for one that has ended. */
  readonly days?: number
}
export type Made = { readonly certificate: Uint8Array; readonly pem: string; readonly key: string }

/** What a certificate of ours says, for wishes that differ in one place. */
export const usual: readonly string[] = [
  'basicConstraints=critical,CA:FALSE',
  'keyUsage=critical,digitalSignature',
  'extendedKeyUsage=critical,clientAuth',
]

export function newKeyPem(): string {
  return keyPem(importPrivateKey(generatePkcs8()).privateKey)
}

export function rsaKeyPem(): string {
  return execFileSync('openssl', ['genrsa', '2048'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString()
}

export function makeByOpenssl({ name = 'phone', extensions, key = newKeyPem(), ca, days = 3 }: Wish): Made {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-certificate-'))
  const run = (...words: string[]): string =>
    execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] }).toString()
  try {
    writeFileSync(path.join(folder, 'key.pem'), key)
    writeFileSync(path.join(folder, 'extensions'), extensions.join('\n'))
    run('req', '-new', '-key', 'key.pem', '-subj', `/CN=${name}`, '-out', 'request.pem')
    const signer = ca === null ? ['-signkey', 'key.pem'] : ['-CA', 'ca.pem', '-CAkey', 'ca.key']
    if (ca !== null) {
      writeFileSync(path.join(folder, 'ca.pem'), pemOf(ca.certificate))
      writeFileSync(path.join(folder, 'ca.key'), keyPem(ca.privateKey))
    }
    const pem = run(
      'x509',
      '-req',
      '-in',
      'request.pem',
      ...signer,
      '-extfile',
      'extensions',
      '-days',
      `${days}`,
    )
    return { certificate: new Uint8Array(new X509Certificate(pem).raw), pem, key }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
