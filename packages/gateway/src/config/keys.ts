/** The `keys` part of holdfast.yaml: where private keys live, and the secret that keeps them closed. */
import { isLoopbackUrl, type Report } from './rules.ts'
import type { WrittenConfig, WrittenSecret } from './schema.ts'
import { secretSource, type SecretSources } from './secrets.ts'

/** A fresh copy of a secret each time; whoever asked overwrites it. */
export type Secret = () => Uint8Array

export type KeysConfig =
  /** Readable for whoever can read the file. `meant`: somebody wrote so. */
  | { readonly kind: 'plain'; readonly meant: boolean }
  | { readonly kind: 'file'; readonly passphrase: Secret; readonly previous: Secret | 'readable' | null }
  | {
      readonly kind: 'pkcs11'
      readonly module: string
      readonly token: string
      readonly pin: Secret
      readonly previous: Secret | 'readable' | 'file' | null
    }

const passphraseBytes = 16
const pinBytes = 4

export function checkKeys({ origin, keys }: WrittenConfig, report: Report): void {
  if (keys === undefined && !isLoopbackUrl(origin))
    report(
      ['keys'],
      'is missing: expected kind: file with the passphrase of the key file, or kind: pkcs11; who means to leave it readable writes kind: insecurePlain',
    )
}

export function keysOf({ keys }: WrittenConfig, sources: SecretSources): KeysConfig {
  if (keys === undefined || keys.kind === 'insecurePlain') return { kind: 'plain', meant: keys !== undefined }
  const previousOf = <Word extends string>(
    written: WrittenSecret | Word | undefined,
  ): Secret | Word | null => {
    if (typeof written !== 'object') return written ?? null
    return secretSource(written, ['keys', 'previous'], passphraseBytes, sources)
  }
  if (keys.kind === 'file') {
    const passphrase = secretSource(keys, ['keys'], passphraseBytes, sources)
    return { kind: 'file', passphrase, previous: previousOf(keys.previous) }
  }
  const { kind, module, token } = keys
  const pin = secretSource(keys, ['keys'], pinBytes, sources)
  return { kind, module, token, pin, previous: previousOf(keys.previous) }
}
