/** The TLS half of a listener: keys, versions, and whose certificates clients have to show (docs/protocol.md 10). */
import { constants, X509Certificate } from 'node:crypto'
import { createServer, type Server, type ServerOptions } from 'node:https'
import type { SecureContextOptions } from 'node:tls'
import { sameCertificates } from './mutual.ts'

/** PEM. */
export type TlsFiles = { readonly key: string | Uint8Array; readonly cert: string | Uint8Array }

/** For TLS 1.3, then for 1.2: ephemeral keys and authenticated encryption only, so no CBC and nothing for LUCKY13. */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

function contextOf({ key, cert }: TlsFiles): SecureContextOptions {
  return {
    key: typeof key === 'string' ? key : Buffer.from(key),
    cert: typeof cert === 'string' ? cert : Buffer.from(cert),
    minVersion: 'TLSv1.2',
    ciphers,
  }
}

/**
 * Without `clientCas` a server for everybody; with them, one that takes only connections with a certificate of one of these CAs (DER).
 */
export function createTlsListener(
  settings: ServerOptions,
  tls: TlsFiles,
  clientCas: (() => readonly Uint8Array[]) | undefined,
): Server {
  const context = contextOf(tls)
  if (clientCas === undefined) return createServer({ ...settings, ...context })
  let cas = clientCas()
  const mutualContext = (): SecureContextOptions => ({
    ...context,
    // Before TLS 1.3 a client sends its certificate in the clear.
    minVersion: 'TLSv1.3',
    // Who resumes a session proves nothing: a copied ticket would do in place of the device key. Without stateless tickets a session is
    // looked up among those the server keeps, and this one keeps none.
    secureOptions: constants.SSL_OP_NO_TICKET,
    ca: cas.map((der) => new X509Certificate(der).toString()),
  })
  const asked = { requestCert: true, rejectUnauthorized: true }
  const server = createServer({ ...settings, ...mutualContext(), ...asked })
  // Ahead of the handshake, so that a CA that came or went counts for this connection already.
  server.prependListener('connection', () => {
    const current = clientCas()
    if (sameCertificates(current, cas)) return
    cas = current
    server.setSecureContext(mutualContext())
  })
  return server
}
