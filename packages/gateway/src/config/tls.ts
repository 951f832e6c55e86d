/** Key and certificate of a TLS listener, read and tried together. */
import { createSecureContext } from 'node:tls'
import { fromUtf8 } from '@holdfast/core'
import type { ConfigPath } from './source.ts'
import { pinOfPem } from '../pins.ts'
import { readBytes, type SecretSources } from './secrets.ts'

/** PEM. */
export type TlsConfig = { readonly key: Uint8Array; readonly cert: Uint8Array }

export function tlsOf(
  tls: { key: string; cert: string },
  { at, pins }: { readonly at: ConfigPath; readonly pins: readonly string[] | undefined },
  sources: SecretSources,
): TlsConfig {
  const key = readBytes(tls.key, [...at, 'key'], sources)
  const cert = readBytes(tls.cert, [...at, 'cert'], sources)
  try {
    if (key.length > 0 && cert.length > 0)
      createSecureContext({ key: Buffer.from(key), cert: Buffer.from(cert) })
  } catch {
    // No reason: OpenSSL's may quote the file.
    sources.report(at, 'expected a key and a certificate in PEM that belong together')
    return { key, cert }
  }
  const pin = cert.length > 0 ? pinOfPem(fromUtf8(cert)) : null
  if (pins !== undefined && pin !== null && !pins.includes(pin))
    sources.report(
      [...at, 'cert'],
      `its key is not among the pins: every phone would refuse it. Its pin is ${pin}`,
    )
  return { key, cert }
}
