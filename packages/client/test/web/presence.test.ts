/** Passkeys as presence keys: what a service can verify of them, and every way a user or an authenticator fails. */
import { randomBytes } from 'node:crypto'
import { toBase64url } from '@holdfast/core'
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type WebAuthnCredential,
} from '@simplewebauthn/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { addAuthenticator, type Authenticator, cancelNextPrompt } from './authenticator.ts'
import { chromiumPath, inChromium } from './chromium.ts'
import { pageFile, type StartedPage, startPage } from './page.ts'
import type { api } from './pages/presence.ts'

const failed = { code: 'presence_failed' }
type Json = Record<string, unknown>

describe.skipIf(chromiumPath === null)(inChromium('passkeys'), () => {
  let page: StartedPage<typeof api>
  let authenticator: Authenticator
  beforeAll(async () => {
    page = await startPage({ entry: pageFile('presence.ts') })
  })
  afterAll(() => page.close())
  // A finger is that of one tab.
  beforeEach(async () => {
    await page.anew()
    authenticator = await addAuthenticator(page.cdp)
  })

  const challenge = (): Uint8Array<ArrayBuffer> => new Uint8Array(randomBytes(32))
  const relyingParty = () => ({
    expectedOrigin: page.site.origin,
    expectedRPID: 'localhost',
    requireUserVerification: true,
  })
  async function creation(): Promise<Json> {
    const options = await generateRegistrationOptions({
      rpName: 'A bank',
      rpID: 'localhost',
      userName: 'ann',
      supportedAlgorithmIDs: [-7],
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'discouraged' },
      timeout: 60_000,
    })
    return { ...options }
  }
  async function request(timeout = 60_000): Promise<Json> {
    return { ...(await generateAuthenticationOptions({ rpID: 'localhost', timeout })) }
  }
  async function create(
    label = 'label',
  ): Promise<{ secret: Uint8Array | null; credential: WebAuthnCredential }> {
    const signed = challenge()
    const { secret, proof } = await page.call('create', label, signed, await creation())
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: proof as unknown as RegistrationResponseJSON,
      expectedChallenge: toBase64url(signed),
      ...relyingParty(),
    })
    if (!verified) throw new Error('not verified')
    return { secret, credential: registrationInfo.credential }
  }

  it('are what a service verifies: its challenge, its page, a user who was recognised', async () => {
    expect(await page.call('available')).toBe(true)
    const { secret, credential } = await create()
    const signed = challenge()
    const proved = await page.call('prove', 'label', signed, await request())
    expect(proved.secret).toEqual(secret)
    const response = proved.proof as unknown as AuthenticationResponseJSON
    const verify = (expectedChallenge: string) =>
      verifyAuthenticationResponse({ response, expectedChallenge, credential, ...relyingParty() })
    const { verified, authenticationInfo } = await verify(toBase64url(signed))
    expect([verified, authenticationInfo.userVerified]).toEqual([true, true])
    await expect(verify(toBase64url(challenge()))).rejects.toThrow('challenge')
  })

  it('are asked for by label, whatever the service lists', async () => {
    const [one, two] = [await create('one'), await create('two')]
    const listed = { ...(await request()), allowCredentials: [{ type: 'public-key', id: one.credential.id }] }
    const { secret, proof } = await page.call('prove', 'two', challenge(), listed)
    expect(secret).toEqual(two.secret)
    expect((proof as Json)['id']).toBe(two.credential.id)
  })

  it('give their secret over a reload, and without the service', async () => {
    const { secret } = await create()
    expect(secret).toHaveLength(32)
    await page.reload()
    expect(await page.call('secret', 'label')).toEqual(secret)
  })

  it('that keep their secret until they are used are used once', async () => {
    await page.call('withholdSecret')
    const { secret } = await create()
    expect(secret).toHaveLength(32)
    expect(await page.call('secret', 'label')).toEqual(secret)
  })

  it('without a secret say so', async () => {
    await authenticator.remove()
    await addAuthenticator(page.cdp, { prf: false })
    const { secret } = await create()
    expect(secret).toBeNull()
    expect((await page.call('prove', 'label', challenge(), await request())).secret).toBeNull()
    await expect(page.call('secret', 'label')).rejects.toMatchObject(failed)
  })

  it('fail alike, whatever it was', async () => {
    await create()
    const prove = async (timeout?: number) => page.call('prove', 'label', challenge(), await request(timeout))
    const make = async (change: Json = {}) =>
      page.call('create', 'new', challenge(), { ...(await creation()), ...change })
    await cancelNextPrompt(page.page)
    await expect(prove()).rejects.toMatchObject(failed)
    await authenticator.touch(false)
    await expect(prove(1)).rejects.toMatchObject(failed)
    await authenticator.touch(true)
    await expect(make({ rp: { id: 'elsewhere.example', name: 'x' } })).rejects.toMatchObject(failed)
    await expect(make({ user: 'nobody' })).rejects.toMatchObject(failed)
    expect((await prove()).secret).toHaveLength(32)
    // The virtual sensor is blocked from here on.
    await authenticator.recognise(false)
    await expect(prove()).rejects.toMatchObject(failed)
    await expect(page.call('secret', 'label')).rejects.toMatchObject(failed)
    await expect(make()).rejects.toMatchObject(failed)
    await expect(page.call('secret', 'new')).rejects.toMatchObject({ code: 'presence_unknown' })
  })

  it('that were deleted elsewhere look like a finger that was not given', async () => {
    await create()
    await authenticator.clear()
    await expect(page.call('secret', 'label')).rejects.toMatchObject(failed)
    await page.call('remove', 'label')
    await expect(page.call('secret', 'label')).rejects.toMatchObject({ code: 'presence_unknown' })
  })

  it('leave the list of the user when they are removed', async () => {
    await create('stays')
    const { credential } = await create('label')
    await page.call('remove', 'label')
    await vi.waitUntil(async () => !(await authenticator.list()).includes(credential.id), { timeout: 20_000 })
    expect(await authenticator.list()).toHaveLength(1)
  })
})
