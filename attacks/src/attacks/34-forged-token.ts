/** The user of a rooted phone writes himself a token of a higher class, in every way that has ever worked somewhere. */
import { toBase64url, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Attack, Outcome } from '../attack.ts'
import { attemptEach, type Variant } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { type LabKey, makeKey, sign } from '../signer.ts'
import type { Target } from '../target.ts'

type Part = Record<string, unknown>
type Forgery = {
  readonly name: string
  readonly header: Part
  readonly sign: (input: Uint8Array) => Uint8Array
}

function read(part: string | undefined): Part {
  return JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Part
}
function write(part: Part): string {
  return toBase64url(utf8(JSON.stringify(part)))
}

function forgeries(header: Part, key: LabKey): Forgery[] {
  const own = (input: Uint8Array): Uint8Array => key.sign(input)
  return [
    { name: 'alg none', header: { ...header, alg: 'none' }, sign: () => new Uint8Array(0) },
    {
      name: 'HS256 by the key’s name',
      header: { ...header, alg: 'HS256' },
      sign: (input) => nodeCrypto.hmacSha256(utf8(String(header['kid'])), input),
    },
    { name: 'jwk of the forger', header: { alg: 'ES256', typ: 'at+jwt', jwk: key.jwk }, sign: own },
    { name: 'jku of the forger', header: { ...header, jku: 'https://evil.example/keys' }, sign: own },
    { name: 'kid as a path', header: { ...header, kid: '../../../dev/null' }, sign: own },
    { name: 'unknown crit', header: { ...header, crit: ['b64'], b64: false }, sign: own },
    { name: 'r and s zero', header, sign: () => new Uint8Array(64) },
    { name: 'own key under the right kid', header, sign: own },
  ]
}

export const attack: Attack = {
  id: '34-forged-token',
  title: 'Forge an access token',
  power: 'has an own phone, its keys and a valid token of his own',
  gain: 'a token of a higher class, or one that never ends',
  requirement: 'T5',
  section: '5',
  expect: 'token_invalid',
  weaken: {
    file: 'server/session-cache.js',
    text: '!nodeCrypto.verify(key.verifyKey, decoded.signingInput, decoded.signature)',
    instead: 'false',
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const [header, claims] = phone.tokens.access.split('.', 2).map(read)
    const variants: Variant[] = []
    for (const forgery of forgeries(header as Part, await makeKey())) {
      const input = `${write(forgery.header)}.${write({ ...claims, acr: 'the-highest' })}`
      const token = `${input}.${toBase64url(forgery.sign(utf8(input)))}`
      const path = target.path('account')
      const credentials = { origin: target.origin, key: phone.sessionKey, token }
      variants.push({
        name: forgery.name,
        marker: path,
        request: await sign({ method: 'GET', target: path }, credentials),
      })
    }
    return attemptEach(target, variants)
  },
}
