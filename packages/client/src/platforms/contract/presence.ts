import { utf8 } from '@holdfast/core'
import type { PresencePort, PresenceProofInput } from '../../ports.ts'
import { checkSignature } from './keystore.ts'
import { type DeviceUnderTest, hex, type MakeDevice, outcomeOf, present, type TestRunner } from './runner.ts'

const text = 'what is signed'
const textOf = (thumbprint: string): string => `by ${thumbprint}`

/** What a service asks of a passkey (WebAuthn section 5.8). */
const creation = {
  rp: { name: 'A bank' },
  challenge: 'cGxhY2UgaG9sZGVy',
  pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
  authenticatorSelection: { residentKey: 'preferred' },
}
const input = (challenge: Uint8Array): PresenceProofInput => ({ text, challenge, options: {} })
const presenceOf = ({ platform }: DeviceUnderTest): PresencePort => present(platform.presence)

type MadePresence = Awaited<ReturnType<PresencePort['create']>> & { readonly challenge: Uint8Array }

async function create(device: DeviceUnderTest, label: string): Promise<MadePresence> {
  const { crypto } = device.platform
  const challenge = crypto.random(32)
  // An authenticator replaces a passkey it has for this user.
  const user = { id: base64url(crypto.random(16)), name: 'ann', displayName: 'Ann' }
  const options = { ...creation, user }
  return { ...(await presenceOf(device).create(label, { text: textOf, challenge, options })), challenge }
}

/** What the authenticator signed, as the client collected it (WebAuthn section 5.8.1). */
function collected(proof: unknown): { type: string; challenge: string } {
  const { response } = proof as { response: { clientDataJSON: string } }
  const base64 = response.clientDataJSON.replaceAll('-', '+').replaceAll('_', '/')
  return JSON.parse(atob(base64)) as { type: string; challenge: string }
}
const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

export function presenceContract(make: MakeDevice, runner: TestRunner, kind: PresencePort['kind']): void {
  const { describe, it, expect } = runner
  describe('presence', () => {
    it('is of the kind it says, and to be had', async () => {
      const device = await make()
      expect(presenceOf(device).kind).toBe(kind)
      expect(await presenceOf(device).available()).toBe(true)
    })

    it('gives one secret for one label, each time, over a restart', async () => {
      const device = await make()
      const made = await create(device, 'one')
      const other = await create(device, 'two')
      expect(made.secret?.length).toBe(32)
      expect(hex(made.secret) === hex(other.secret)).toBe(false)
      const platform = await device.restart()
      const presence = present(platform.presence)
      const proved = await presence.prove('one', input(platform.crypto.random(32)))
      expect(hex(proved.secret)).toBe(hex(made.secret))
      expect(hex(await presence.secret('one'))).toBe(hex(made.secret))
      expect(hex(await presence.secret('two'))).toBe(hex(other.secret))
    })

    it('proves what it was asked to prove', async () => {
      const device = await make()
      const { platform } = device
      const made = await create(device, 'label')
      const challenge = platform.crypto.random(32)
      const { proof } = await presenceOf(device).prove('label', input(challenge))
      if (kind === 'passkey') {
        expect(collected(made.proof).type).toBe('webauthn.create')
        expect(collected(made.proof).challenge).toBe(base64url(made.challenge))
        expect(collected(proof).type).toBe('webauthn.get')
        expect(collected(proof).challenge).toBe(base64url(challenge))
      } else {
        const key = { publicJwk: present(made.publicJwk) }
        await checkSignature(runner, platform, key, proof as Uint8Array, utf8(text))
      }
    })

    it('lets no secret into what goes to the service', async () => {
      const device = await make()
      const made = await create(device, 'label')
      const { proof } = await presenceOf(device).prove('label', input(device.platform.crypto.random(32)))
      const secret = present(made.secret)
      for (const sent of [made.proof, proof]) {
        const words = sent instanceof Uint8Array ? (hex(sent) ?? '') : JSON.stringify(sent)
        expect(words.includes(base64url(secret)) || words.includes(hex(secret) ?? '')).toBe(false)
      }
    })

    it('knows when there is no such key', async () => {
      const device = await make()
      const presence = presenceOf(device)
      const challenge = device.platform.crypto.random(32)
      expect(await outcomeOf(presence.prove('label', input(challenge)))).toBe('presence_unknown')
      await create(device, 'label')
      await presence.remove('label')
      await presence.remove('label')
      expect(await outcomeOf(presence.prove('label', input(challenge)))).toBe('presence_unknown')
      expect(await outcomeOf(presence.secret('label'))).toBe('presence_unknown')
    })
  })
}
