/**
 * Finger or face by a passkey with user verification (WebAuthn), and the biometric secret by its PRF (section 10.1.4). A browser tells cancelled,
 * timed out, not recognised and gone apart for nobody, and neither does this.
 */
import { HoldfastError, toBase64url } from '@holdfast/core'
import * as v from 'valibot'
import type { PresencePort, PresenceProved } from '../../ports.ts'
import {
  authenticationJson,
  creationOptions,
  hasSecret,
  type Passkey,
  registrationJson,
  requestOptions,
  secretOf,
} from './credential.ts'
import type { Database } from './database.ts'

const schema: v.GenericSchema<unknown, Passkey> = v.strictObject({
  id: v.instance(Uint8Array),
  rpId: v.string(),
})

async function outcome<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (cause) {
    throw cause instanceof HoldfastError ? cause : new HoldfastError('presence_failed', { cause })
  }
}

function isPasskey(credential: Credential | null): credential is PublicKeyCredential {
  return credential instanceof PublicKeyCredential
}

async function assert(publicKey: PublicKeyCredentialRequestOptions): Promise<PublicKeyCredential> {
  const credential = await navigator.credentials.get({ publicKey })
  if (!isPasskey(credential)) throw new TypeError('no passkey came')
  return credential
}

/** For an assertion nobody looks at: its secret is what is wanted. */
const anyChallenge = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32))

async function secretBy(passkey: Passkey): Promise<Uint8Array | null> {
  return secretOf(await assert(requestOptions(passkey, {}, anyChallenge())))
}

/** False also where the browser says that it knows no PRF: a passkey made there would be of no use. */
async function available(): Promise<boolean> {
  if (typeof PublicKeyCredential === 'undefined') return false
  const capabilities = await PublicKeyCredential.getClientCapabilities?.()
  if (capabilities?.['extension:prf'] === false) return false
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable()
}

/** Lets the user's list of passkeys forget one that opens nothing any more (WebAuthn section 5.1.10.1), where the browser can. */
async function disown(value: unknown): Promise<void> {
  if (value === undefined) return
  const { id, rpId } = v.parse(schema, value)
  await PublicKeyCredential.signalUnknownCredential?.({ rpId, credentialId: toBase64url(id) })
}

export function passkeyPresence(database: Database): PresencePort {
  async function remembered(label: string): Promise<Passkey> {
    const value = await database.get('passkeys', label)
    if (value === undefined) throw new HoldfastError('presence_unknown')
    return v.parse(schema, value)
  }

  return {
    kind: 'passkey',
    available,
    create: (label, { challenge, options = {} }) =>
      outcome(async (): Promise<PresenceProved> => {
        const publicKey = creationOptions(options, challenge)
        const credential = await navigator.credentials.create({ publicKey })
        if (!isPasskey(credential)) throw new TypeError('no passkey came')
        const passkey = { id: new Uint8Array(credential.rawId), rpId: publicKey.rp.id ?? location.hostname }
        await database.update('passkeys', label, () => passkey)
        const secret = secretOf(credential)
        const proof = registrationJson(credential)
        if (secret !== null || !hasSecret(credential)) return { secret, proof }
        return { secret: await secretBy(passkey), proof }
      }),
    prove: (label, { challenge, options = {} }) =>
      outcome(async (): Promise<PresenceProved> => {
        const passkey = await remembered(label)
        const credential = await assert(requestOptions(passkey, options, challenge))
        return { secret: secretOf(credential), proof: authenticationJson(credential) }
      }),
    secret: (label) =>
      outcome(async () => {
        const secret = await secretBy(await remembered(label))
        if (secret === null) throw new TypeError('this authenticator gave no secret')
        return secret
      }),
    async remove(label): Promise<void> {
      const value = await database.get('passkeys', label)
      await database.delete('passkeys', label)
      await disown(value).catch(() => undefined)
    },
  }
}
