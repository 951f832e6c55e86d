import { toBase64url } from '@holdfast/core'
import { expect, test, vi } from 'vitest'
import { attest, type Ceremony, newPasskey, packed } from '../test/authenticator.ts'
import { hasOpenssl, makeByOpenssl } from '../test/certificates.ts'
import { web } from '../test/presence.ts'
import { refusal } from '../test/stage.ts'
import { verifyNewPasskey } from './passkey.ts'

const challenge = new Uint8Array(32).fill(7)
const verifying = (attestation: Ceremony['attestation']): Promise<unknown> => {
  const ceremony: Ceremony = { challenge, origin: web.origins[0], rpId: web.rpId }
  const response = attest(newPasskey(), attestation === undefined ? ceremony : { ...ceremony, attestation })
  return verifyNewPasskey(web, response, toBase64url(challenge))
}

test('takes a passkey without attestation, and one that attests itself, as browsers pass them on unasked', async () => {
  for (const attestation of [undefined, packed()])
    expect(await verifying(attestation)).toMatchObject({ counter: 0, synced: false })
})

test.runIf(hasOpenssl)(
  'looks at no certificate, which could name places to fetch from (skipped without openssl)',
  async () => {
    const fetched = vi.spyOn(globalThis, 'fetch')
    const extensions = ['basicConstraints=CA:FALSE', 'crlDistributionPoints=URI:http://127.0.0.1:9/list']
    const name = 'x/O=Test/OU=Authenticator Attestation/C=GB'
    expect(await refusal(verifying(packed(makeByOpenssl({ name, extensions, ca: null }))))).toBe(
      'presence_refused',
    )
    const statement = { alg: -7, sig: new Uint8Array(70), x5c: [new Uint8Array(9)] }
    for (const fmt of ['android-key', 'apple', 'tpm', 'fido-u2f', 'android-safetynet', 'other'])
      expect(await refusal(verifying(() => ({ fmt, attStmt: statement })))).toBe('presence_refused')
    expect(fetched).not.toHaveBeenCalled()
  },
)
