/** TLS servers with certificates the phones of the suite trust, made by the openssl command: the service's own, and others'. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type TlsIdentity = {
  /** PEM. */
  readonly key: string
  /** PEM, signed by its own key: who trusts it trusts nobody else by it. */
  readonly cert: string
  /** SHA-256 of its SubjectPublicKeyInfo, b64u. */
  readonly pin: string
}

export function hasOpenssl(): boolean {
  return spawnSync('openssl', ['version']).status === 0
}

function make(name: string): TlsIdentity {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-identity-'))
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  const subject = ['-subj', '/CN=server', '-addext', `subjectAltName=${name}`, '-days', '2']
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', key]
  try {
    execFileSync('openssl', ['req', '-x509', ...fresh, ...subject, '-out', cert], { stdio: 'ignore' })
    const pem = readFileSync(cert, 'utf8')
    const spki = new X509Certificate(pem).publicKey.export({ format: 'der', type: 'spki' })
    const pin = createHash('sha256').update(spki).digest('base64url')
    return { key: readFileSync(key, 'utf8'), cert: pem, pin }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const made = new Map<string, TlsIdentity>()

/** The same each time within a run. */
function identity(role: string, name: string): TlsIdentity {
  const known = made.get(role) ?? make(name)
  made.set(role, known)
  return known
}

const ofService = 'IP:127.0.0.1'

/** The service's. */
export function serverIdentity(): TlsIdentity {
  return identity('server', ofService)
}
/** The service's, kept in reserve. */
export function reserveIdentity(): TlsIdentity {
  return identity('reserve', ofService)
}
/** Somebody else's for the name of the service: an authority the phones trust was careless. */
export function strangerIdentity(): TlsIdentity {
  return identity('stranger', ofService)
}
/** Somebody else's for a name of their own. */
export function neighbourIdentity(): TlsIdentity {
  return identity('neighbour', 'DNS:neighbour.example')
}
