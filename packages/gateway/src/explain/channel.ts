/** The client certificate of a captured request: its Client-Cert field, or an assumption, since TLS leaves no trace in the text. */
import type { DecodedAccessToken } from '@holdfast/core'
import { type KeyRing, plainChannel, type RequestHead, verifyClientCertificate } from '@holdfast/server'
import { parseClientCert } from '../line/mutual.ts'

type Judge = {
  readonly keys: Pick<KeyRing, 'caCertificates'>
  readonly atMs: number
  readonly mutual: boolean
}

/**
 * Without the field, a request that needs a certificate is judged as if it had come with the one it needs, and `hint` says so.
 * Throws `certificate_refused` for a field no terminator would send.
 */
export function withCertificate(
  head: RequestHead,
  token: DecodedAccessToken | null,
  { keys, atMs, mutual }: Judge,
): { readonly head: RequestHead; readonly hint: string | null } {
  const field = head.fields.get('client-cert')
  if (field !== undefined) {
    const certificate = verifyClientCertificate(parseClientCert(field), keys.caCertificates(), atMs)
    return { head: { ...head, channel: { sealed: false, certificate } }, hint: null }
  }
  const bound = token?.claims.cnf['x5t#S256']
  if (token === null || (bound === undefined && !mutual))
    return { head: { ...head, channel: plainChannel }, hint: null }
  const certificate = { thumbprint: bound ?? '', keyThumbprint: token.claims.hf_dev, expiresAt: atMs }
  return {
    head: { ...head, channel: { sealed: false, certificate } },
    hint: 'a capture does not show the certificate of its connection: it is taken for the right one (add Client-Cert to judge another)',
  }
}
