/** Client certificates (docs/protocol.md 10): the service's, and what the openssl command makes of an attacker's wishes. */
import { execFileSync } from 'node:child_process'
import { createPublicKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PublicJwk } from '@holdfast/core'
import type { Setting } from './attack.ts'
import { json, type Phone, signedJson } from './phone.ts'
import type { RawRequest } from './raw.ts'
import { withLines } from './signer.ts'
import type { Target } from './target.ts'

/** A service behind a terminator that says which certificate it saw; the suite speaks from its address. */
export const mutual: Setting = {
  config: {
    mutual: { origin: 'https://mutual.test', terminators: ['127.0.0.1'] },
    routes: [{ path: '/mutual/*', policy: 'mutual' }],
  },
}

/** PEM, asked for by the device itself; the service has a CA by then. */
export async function certificateOf(target: Target, { deviceKey }: Phone): Promise<string> {
  const answer = await target.send(await signedJson(target, deviceKey, '/holdfast/certificate', {}))
  return json(answer)['certificate'] as string
}

/** The request as a terminator passes it on that saw this certificate (RFC 9440 section 2.1). */
export function showing(request: RawRequest, certificate: string): RawRequest {
  const der = new X509Certificate(certificate).raw.toString('base64')
  return withLines(request, ['Client-Cert', `:${der}:`])
}

/** What a certificate of the service says of itself. */
export const usual: Readonly<Record<string, string>> = {
  basicConstraints: 'critical,CA:FALSE',
  keyUsage: 'critical,digitalSignature',
  extendedKeyUsage: 'critical,clientAuth',
}

export type Forged = { readonly certificate: string; readonly authority: string }

/** A certificate for this key by an authority made for it, of the name `authorityName`. */
export function forge(
  jwk: PublicJwk,
  extensions: Readonly<Record<string, string>>,
  authorityName = 'Holdfast',
): Forged {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-forged-'))
  const file = (name: string): string => join(directory, name)
  const openssl = (...words: string[]): string =>
    execFileSync('openssl', words, { stdio: ['ignore', 'pipe', 'ignore'] }).toString()
  try {
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' }).export({ format: 'pem', type: 'spki' })
    const lines = Object.entries(extensions).map(([name, value]) => `${name}=${value}`)
    writeFileSync(file('leaf.pub'), key)
    writeFileSync(file('extensions'), lines.join('\n'))
    const fresh = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-noenc',
      '-keyout',
      file('ca.key'),
    ]
    const usage = ['-addext', 'keyUsage=critical,keyCertSign', '-days', '3']
    const authority = openssl('req', '-x509', ...fresh, '-subj', `/CN=${authorityName}`, ...usage)
    writeFileSync(file('ca.pem'), authority)
    const signer = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-days', '2']
    const subject = ['-subj', '/CN=device', '-extfile', file('extensions')]
    const certificate = openssl('x509', '-new', '-force_pubkey', file('leaf.pub'), ...subject, ...signer)
    return { certificate, authority }
  } finally {
    rmSync(directory, { recursive: true })
  }
}
