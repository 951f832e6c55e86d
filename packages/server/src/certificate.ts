/** Client certificates, checked wherever they are shown: at our own TLS listener or by a terminator in front (docs/protocol.md 10). */
import { createHash, X509Certificate } from 'node:crypto'
import { HoldfastError, parsePublicJwk, thumbprintInput, toBase64url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_kp_clientAuth,
  KeyUsage,
  KeyUsageFlags,
  type TBSCertificate,
} from '@peculiar/asn1-x509'

/** A certificate this deployment's CA made, checked for signature, dates and purpose. */
export type ClientCertificate = {
  /** SHA-256 of its DER, b64u: `x5t#S256` of RFC 8705 section 3.1. */
  readonly thumbprint: string
  /** RFC 7638 thumbprint of its public key. */
  readonly keyThumbprint: string
  /** It counts up to this moment, milliseconds since 1970: connections may live longer than the certificate they began with. */
  readonly expiresAt: number
}

type Parsed = { readonly x509: X509Certificate; readonly contents: TBSCertificate }

/** The reason stays in the log: whoever shows a wrong certificate learns only that it is wrong. */
function refused(reason: string): HoldfastError {
  return new HoldfastError('certificate_refused', { cause: new Error(reason) })
}

function parse(der: Uint8Array): Parsed {
  try {
    const x509 = new X509Certificate(der)
    // The parser also takes PEM and what follows: the thumbprint is of these bytes and no others.
    if (!x509.raw.equals(der)) throw new TypeError('not one certificate in DER')
    return { x509, contents: AsnConvert.parse(der, Certificate).tbsCertificate }
  } catch (cause) {
    throw new HoldfastError('certificate_refused', { cause })
  }
}

const authorities = new WeakMap<Uint8Array, Parsed>()

function parseAuthority(der: Uint8Array): Parsed {
  const known = authorities.get(der)
  if (known !== undefined) return known
  const parsed = parse(der)
  authorities.set(der, parsed)
  return parsed
}

const understood: ReadonlySet<string> = new Set([
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
])

/** What it may be used for (RFC 5280 section 4.2): signing a handshake as a client, and nothing else it demands to be understood. */
function checkPurpose({ contents }: Parsed): void {
  const extensions = contents.extensions ?? []
  const valueOf = (id: string): ArrayBuffer | undefined =>
    extensions.find(({ extnID }) => extnID === id)?.extnValue.buffer
  if (extensions.some(({ extnID, critical }) => critical && !understood.has(extnID)))
    throw refused('a critical extension is not understood')
  const constraints = valueOf(id_ce_basicConstraints)
  const usage = valueOf(id_ce_keyUsage)
  const purposes = valueOf(id_ce_extKeyUsage)
  // Node's `ca` asks the key usage, too, and overlooks one whose key usage is that of a phone.
  if (constraints !== undefined && AsnConvert.parse(constraints, BasicConstraints).cA)
    throw refused('it is the certificate of a CA')
  if (
    usage === undefined ||
    (AsnConvert.parse(usage, KeyUsage).toNumber() & KeyUsageFlags.digitalSignature) === 0
  )
    throw refused('its key usage is not digitalSignature')
  if (purposes === undefined || !AsnConvert.parse(purposes, ExtendedKeyUsage).includes(id_kp_clientAuth))
    throw refused('its extended key usage is not clientAuth')
}

function checkDates({ contents: { validity } }: Parsed, now: number): number {
  const notAfter = validity.notAfter.getTime().getTime()
  if (now < validity.notBefore.getTime().getTime() || now > notAfter) throw refused('it is outside its dates')
  return notAfter
}

function keyThumbprintOf({ publicKey }: X509Certificate): string {
  if (publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw refused('its key is not P-256')
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' })
  return toBase64url(nodeCrypto.sha256(thumbprintInput(parsePublicJwk({ kty, crv, x, y }))))
}

function verify(der: Uint8Array, cas: readonly Uint8Array[], now: number): ClientCertificate {
  const shown = parse(der)
  const { x509 } = shown
  const authority = cas
    .map(parseAuthority)
    .find((ca) => x509.checkIssued(ca.x509) && x509.verify(ca.x509.publicKey))
  if (authority === undefined) throw refused('no CA of this deployment signed it')
  const expiresAt = Math.min(checkDates(shown, now), checkDates(authority, now))
  checkPurpose(shown)
  const thumbprint = createHash('sha256').update(der).digest('base64url')
  return { thumbprint, keyThumbprint: keyThumbprintOf(x509), expiresAt }
}

/**
 * Believes a certificate in DER only when one of `cas` signed it, `now` (milliseconds since 1970) lies within both their dates, and
 * it is for TLS clients with a P-256 key (RFC 5280 section 6, for a path of one). Throws `certificate_refused`. That its holder has
 * the key, the TLS handshake shows and nothing here.
 */
export function verifyClientCertificate(
  der: Uint8Array,
  cas: readonly Uint8Array[],
  now: number,
): ClientCertificate {
  try {
    return verify(der, cas, now)
  } catch (cause) {
    // A certificate may be odd in ways only its reader notices, e.g. a key of a kind this OpenSSL does not know.
    throw cause instanceof HoldfastError ? cause : new HoldfastError('certificate_refused', { cause })
  }
}
