/** Certificates made by the openssl command, also those no deployment would issue. */
import { execFileSync } from 'node:child_process'
import { type KeyObject, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { PrivateKey } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { CaEntry } from '@holdfast/server'

/** PEM. */
export type Identity = { readonly cert: string; readonly key: string }
export type Wish = {
  readonly name?: string
  /** Lines of an OpenSSL extension section. */
  readonly extensions: readonly string[]
  /** PKCS#8 in PEM; a new P-256 key unless told. */
  readonly key?: string
  /** Who signs; null: its own key. */
  readonly ca: Identity | null
  /** Three unless told; less than none for one that has ended. */
  readonly days?: number
}

export function keyPem(key: PrivateKey): string {
  return (key as unknown as KeyObject).export({ format: 'pem', type: 'pkcs8' }).toString()
}

export function newKeyPem(): string {
  return keyPem(nodeCrypto.generateKeyPair().privateKey)
}

export function identityOf({ certificate, privateKey }: CaEntry): Identity {
  return { cert: new X509Certificate(certificate).toString(), key: keyPem(privateKey) }
}

export function makeByOpenssl({
  name = 'phone',
  extensions,
  key = newKeyPem(),
  ca,
  days = 3,
}: Wish): Identity {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-certificate-'))
  const write = (file: string, text: string): void =>
    writeFileSync(path.join(folder, file), text, { mode: 0o600 })
  const run = (...words: string[]): string =>
    execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] }).toString()
  try {
    write('key.pem', key)
    write('extensions', extensions.join('\n'))
    if (ca !== null) {
      write('ca.pem', ca.cert)
      write('ca.key', ca.key)
    }
    run('req', '-new', '-key', 'key.pem', '-subj', `/CN=${name}`, '-out', 'request.pem')
    const signer = ca === null ? ['-signkey', 'key.pem'] : ['-CA', 'ca.pem', '-CAkey', 'ca.key']
    const cert = run(
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
    return { cert, key }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export function newCa(name: string): Identity {
  return makeByOpenssl({
    name,
    extensions: ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign'],
    ca: null,
  })
}
