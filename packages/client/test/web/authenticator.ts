/** A finger for the browser: CDP's virtual platform authenticator. It lives as long as the tab's CDP session, over reloads, not over restarts. */
import type { CDPSession, Page } from 'playwright-core'

export type Authenticator = {
  /** False: the user is there and is not recognised; the browser tries until the sensor is blocked, for good. */
  recognise(recognised: boolean): Promise<void>
  /** False: nobody touches the sensor. */
  touch(touched: boolean): Promise<void>
  /** Every credential in it is gone. */
  clear(): Promise<void>
  /** The ids of its credentials, b64u. */
  list(): Promise<string[]>
  remove(): Promise<void>
}

/** `prf` false: as one that has no secret to give. */
export async function addAuthenticator(cdp: CDPSession, { prf = true } = {}): Promise<Authenticator> {
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: prf,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    recognise: async (isUserVerified): Promise<void> =>
      void (await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })),
    touch: async (enabled): Promise<void> =>
      void (await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })),
    clear: async (): Promise<void> => void (await cdp.send('WebAuthn.clearCredentials', { authenticatorId })),
    async list(): Promise<string[]> {
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId })
      return credentials.map(({ credentialId }) => Buffer.from(credentialId, 'base64').toString('base64url'))
    },
    remove: async (): Promise<void> =>
      void (await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })),
  }
}

/** The user cancels the next prompt of this page; for the browser that is the same as every other failure. */
export async function cancelNextPrompt(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { credentials } = navigator
    const cancel = async (): Promise<never> => {
      for (const name of ['get', 'create']) Reflect.deleteProperty(credentials, name)
      throw new DOMException('cancelled', 'NotAllowedError')
    }
    Object.assign(credentials, { get: cancel, create: cancel })
  })
}
