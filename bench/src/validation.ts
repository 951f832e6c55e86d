/** oauth4webapi as a resource server uses it: token and DPoP proof in one call. It keeps no jti: replays pass. */

import * as oauth from 'oauth4webapi'
import type { Credential } from './credential.ts'

export type Validate = (method: string, url: string, headers: Record<string, string>) => Promise<void>

export function createValidation(credential: Credential): Validate {
  const server = { issuer: credential.issuer, jwks_uri: `${credential.issuer}/jwks` }
  const options = {
    requireDPoP: true,
    signingAlgorithms: ['ES256'],
    [oauth.customFetch]: async () => Response.json({ keys: [credential.issuerKey] }),
  }
  return async (method, url, headers) => {
    await oauth.validateJwtAccessToken(
      server,
      new Request(url, { method, headers }),
      credential.audience,
      options,
    )
  }
}
