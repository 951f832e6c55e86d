/** A certificate authority for tests, by openssl: what a client of TLS believes must not come from the code it is checked with. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type ServerKey = {
  /** PEM, PKCS#8. */
  readonly key: string
  /** b64u of the SHA-256 of its SubjectPublicKeyInfo, as openssl computes it. */
  readonly pin: string
}
export type ServerIdentity = ServerKey & { readonly cert: string }

export type Authority = {
  /** PEM. */
  readonly ca: string
  createKey(algorithm?: 'EC' | 'RSA'): ServerKey
  /** A certificate for the key, for servers of this name. */
  issue(key: ServerKey, name?: string): ServerIdentity
  /** A client certificate for a public key in PEM. */
  issueClient(publicKey: string): string
}

const algorithms = {
  EC: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  RSA: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
}

export function createAuthority(): Authority {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-authority-'))
  const file = (name: string): string => join(directory, name)
  const openssl = (...args: string[]): Buffer =>
    execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] })
  const keep = (name: string, text: string): void => writeFileSync(file(name), text)

  function createKey(algorithm: keyof typeof algorithms = 'EC'): ServerKey {
    openssl('genpkey', ...algorithms[algorithm], '-out', 'key.pem')
    openssl('pkey', '-in', 'key.pem', '-pubout', '-outform', 'DER', '-out', 'key.spki')
    const pin = openssl('dgst', '-sha256', '-binary', 'key.spki').toString('base64url')
    return { key: readFileSync(file('key.pem'), 'utf8'), pin }
  }

  function sign(extensions: string, ...request: string[]): string {
    keep('extensions', extensions)
    openssl('req', '-new', '-subj', '/CN=test', '-out', 'request.pem', ...request)
    openssl(
      'x509',
      '-req',
      '-in',
      'request.pem',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'extensions',
      '-out',
      'cert.pem',
    )
    return readFileSync(file('cert.pem'), 'utf8')
  }

  const own = createKey()
  keep('ca.key', own.key)
  openssl(
    'req',
    '-x509',
    '-new',
    '-key',
    'ca.key',
    '-subj',
    '/CN=test authority',
    '-days',
    '2',
    '-out',
    'ca.pem',
    '-addext',
    'keyUsage=critical,keyCertSign',
  )
  const ca = readFileSync(file('ca.pem'), 'utf8')
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))

  return {
    ca,
    createKey,
    issue(key: ServerKey, name = 'IP:127.0.0.1,DNS:localhost'): ServerIdentity {
      keep('server.key', key.key)
      return {
        ...key,
        cert: sign(`subjectAltName=${name}\nextendedKeyUsage=serverAuth\n`, '-key', 'server.key'),
      }
    },
    issueClient(publicKey: string): string {
      keep('client.pub', publicKey)
      keep('extensions', 'extendedKeyUsage=clientAuth\n')
      openssl(
        'x509',
        '-new',
        '-force_pubkey',
        'client.pub',
        '-subj',
        '/CN=device',
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-days',
        '2',
        '-extfile',
        'extensions',
        '-out',
        'client.pem',
      )
      return readFileSync(file('client.pem'), 'utf8')
    },
  }
}
