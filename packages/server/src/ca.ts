/**
 * The deployment's own CA (docs/protocol.md 10): its certificate, and the short-lived ones it gives to devices. DER is written by
 * @peculiar/asn1-x509 (RFC 5280), signatures come from the key ring.
 */
import type { KeyObject } from 'node:crypto'
import type { PrivateKey, PublicJwk, VerifyKey } from '@holdfast/core'
import { nodeCrypto, toDer } from '@holdfast/core/node-crypto'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509'
import type { CaEntry, SigningKeyEntry } from './keys.ts'

const commonName = '2.5.4.3'
/** RFC 5758 section 3.2. */
const ecdsaWithSha256 = new AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' })

function nameOf(text: string): Name {
  const value = new AttributeValue({ utf8String: text })
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: commonName, value })])])
}

/** 128 random bits after a one, so that it is positive and has one length (RFC 5280 section 4.1.2.2). */
function newSerial(): ArrayBuffer {
  const serial = nodeCrypto.random(17)
  serial[0] = 1
  return copyOf(serial)
}

function copyOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}

/** Throws `bad_request` when the point is not on the curve. */
function spkiOf(jwk: PublicJwk): SubjectPublicKeyInfo {
  const key = nodeCrypto.importPublicKey(jwk) satisfies VerifyKey as unknown as KeyObject
  return AsnConvert.parse(key.export({ format: 'der', type: 'spki' }), SubjectPublicKeyInfo)
}

/** RFC 7093 section 2 method 1: the first 160 bits of the SHA-256 of the key. */
function keyIdOf({ subjectPublicKey }: SubjectPublicKeyInfo): ArrayBuffer {
  return copyOf(nodeCrypto.sha256(new Uint8Array(subjectPublicKey)).subarray(0, 20))
}

function extension(extnID: string, value: unknown, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) })
}

/** RFC 5280 section 4.1.2.5 knows no fractions. */
function wholeSecond(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000)
}

type Contents = {
  readonly issuer: Name
  readonly subject: Name
  readonly publicKey: SubjectPublicKeyInfo
  readonly notBefore: Date
  readonly notAfter: Date
  readonly extensions: readonly Extension[]
}

function sign(contents: Contents, privateKey: PrivateKey): Uint8Array {
  const { issuer, subject, publicKey, notBefore, notAfter, extensions } = contents
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: newSerial(),
    signature: ecdsaWithSha256,
    issuer,
    subject,
    subjectPublicKeyInfo: publicKey,
    validity: new Validity({ notBefore: wholeSecond(notBefore), notAfter: wholeSecond(notAfter) }),
    extensions: new Extensions([...extensions]),
  })
  const tbs = AsnConvert.serialize(tbsCertificate)
  const signatureValue = copyOf(toDer(nodeCrypto.sign(privateKey, new Uint8Array(tbs))))
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm: ecdsaWithSha256, signatureValue })
  return new Uint8Array(AsnConvert.serialize(certificate))
}

/**
 * The CA's self-signed certificate in DER: it may sign end entities and nothing else. `name` becomes its common name; of
 * the times whole seconds count.
 */
export function makeCaCertificate(
  { jwk, privateKey }: SigningKeyEntry,
  { name, notBefore, notAfter }: { readonly name: string; readonly notBefore: Date; readonly notAfter: Date },
): Uint8Array {
  const publicKey = spkiOf(jwk)
  const usage = new KeyUsage(KeyUsageFlags.keyCertSign)
  const extensions = [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
    extension(id_ce_keyUsage, usage, true),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdOf(publicKey))),
  ]
  const itself = nameOf(name)
  return sign({ issuer: itself, subject: itself, publicKey, notBefore, notAfter, extensions }, privateKey)
}

/** For clocks that run behind ours. */
const leewayMs = 60_000

export type CertificateRequest = {
  /** Device id: the common name. */
  readonly device: string
  /** Names the device, for whoever reads certificates: the subject alternative name. Nothing of the person behind it. */
  readonly uri: string
  readonly publicJwk: PublicJwk
  /** Milliseconds since 1970. */
  readonly now: number
  readonly lifeSeconds: number
}

/** A client certificate in DER and when it ends, in seconds since 1970: never after its CA's own. */
export function issueCertificate(
  { certificate, privateKey }: CaEntry,
  { device, uri, publicJwk, now, lifeSeconds }: CertificateRequest,
): { readonly certificate: Uint8Array; readonly expires: number } {
  const ca = AsnConvert.parse(certificate, Certificate).tbsCertificate
  const publicKey = spkiOf(publicJwk)
  const expires = Math.floor(
    Math.min(now + lifeSeconds * 1000, ca.validity.notAfter.getTime().getTime()) / 1000,
  )
  const authority = new AuthorityKeyIdentifier({
    keyIdentifier: new KeyIdentifier(keyIdOf(ca.subjectPublicKeyInfo)),
  })
  const contents: Contents = {
    issuer: ca.subject,
    subject: nameOf(device),
    publicKey,
    notBefore: new Date(now - leewayMs),
    notAfter: new Date(expires * 1000),
    extensions: [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true),
      extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
      extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_clientAuth]), true),
      extension(
        id_ce_subjectAltName,
        new SubjectAlternativeName([new GeneralName({ uniformResourceIdentifier: uri })]),
      ),
      extension(id_ce_authorityKeyIdentifier, authority),
      extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdOf(publicKey))),
    ],
  }
  return { certificate: sign(contents, privateKey), expires }
}
