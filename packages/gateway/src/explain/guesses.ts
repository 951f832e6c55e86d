/**
 * Why a signature does not fit, found by trying: each guess undoes one change that proxies and libraries make, and counts
 * only when the signature then verifies.
 */
import { contentDigest, type PublicJwk, type RequestSignature, signatureBase, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { RequestHead } from '@holdfast/server'
import { namedOrigin } from './bases.ts'

export type CandidateKey = { readonly name: string; readonly thumbprint: string; readonly jwk: PublicJwk }

export type GuessInput = {
  readonly head: RequestHead
  readonly body: Uint8Array
  readonly origin: string
  readonly signature: RequestSignature
  /** Keys that may have signed. */
  readonly keys: readonly CandidateKey[]
}

/** A request with one thing put back, and in words what must have happened to it. */
type Guess = {
  readonly method: string
  readonly targetUri: string
  readonly fields: RequestHead['fields']
  readonly words: string
}

const flipHexCase = (text: string): string =>
  text.replace(/%[0-9A-Fa-f]{2}/g, (octet) =>
    octet === octet.toUpperCase() ? octet.toLowerCase() : octet.toUpperCase(),
  )

/** Targets this one may have been before somebody rewrote it. */
function formerTargets(raw: string): Array<readonly [string, string]> {
  const [path = '', query] = raw.split('?', 2)
  const withQuery = (text: string): string => (query === undefined ? text : `${text}?${query}`)
  const guesses: Array<readonly [string, string]> = [
    [
      withQuery(path.endsWith('/') ? path.slice(0, -1) : `${path}/`),
      'a slash at the end of the path was added or taken away',
    ],
    [flipHexCase(raw), 'the percent-encoding changed between upper and lower case'],
    [`${path}?`, 'an empty query was taken away'],
  ]
  if (query !== undefined) {
    const pairs = query.split('&')
    const encoded = 'the query was re-encoded'
    guesses.push(
      [path, 'a query was added'],
      [`${path}?${query.replaceAll('+', '%20')}`, `${encoded} ("%20" became "+")`],
      [`${path}?${query.replaceAll('%20', '+')}`, `${encoded} ("+" became "%20")`],
      [`${path}?${query.replaceAll('%2B', '+')}`, `${encoded} ("+" became "%2B")`],
      [`${path}?${query.replaceAll('%2C', ',')}`, `${encoded} ("," became "%2C")`],
      [
        `${path}?${query.replaceAll('%3A', ':').replaceAll('%2F', '/')}`,
        `${encoded} (":" and "/" were encoded)`,
      ],
      [`${path}?${pairs.toReversed().join('&')}`, 'the parameters of the query changed their order'],
      [`${path}?${pairs.toSorted().join('&')}`, 'the parameters of the query changed their order'],
    )
  }
  return guesses
}

const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']

async function guessesOf({ head, body, origin }: GuessInput): Promise<Guess[]> {
  const { method, fields, target } = head
  const targetUri = origin + target.raw
  const same = { method, targetUri, fields }
  const named = namedOrigin(head, origin)
  const otherScheme = named.startsWith('https:')
    ? named.replace('https:', 'http:')
    : named.replace('http:', 'https:')
  const guesses: Guess[] = []
  for (const other of [named, otherScheme]) {
    const words = `it was signed for ${other}, but this service is ${origin}: the app must use the public origin`
    guesses.push({ ...same, targetUri: other + target.raw, words })
  }
  for (const [former, what] of formerTargets(target.raw)) {
    const words = `it was signed for the target ${former}: ${what} on the way. A proxy in front must not rewrite targets`
    guesses.push({ ...same, targetUri: origin + former, words })
  }
  for (const other of methods)
    guesses.push({ ...same, method: other, words: `it was signed as ${other}: somebody changed the method` })
  const digest = await contentDigest(body, nodeCrypto)
  guesses.push({
    ...same,
    fields: new Map([...fields, ['content-digest', digest]]),
    words: 'the digest of this very body was signed: somebody changed Content-Digest on the way',
  })
  const [mediaType = ''] = (fields.get('content-type') ?? '').split(';', 1)
  guesses.push({
    ...same,
    fields: new Map([...fields, ['content-type', mediaType.trim()]]),
    words: `it was signed with "content-type": ${mediaType.trim()}: a parameter was added on the way`,
  })
  return guesses
}

async function fits(
  guess: Omit<Guess, 'words'>,
  { jwk }: CandidateKey,
  { signature }: GuessInput,
): Promise<boolean> {
  const { components, serialisedParameters } = signature
  if (components.some((name) => !name.startsWith('@') && !guess.fields.has(name))) return false
  const base = signatureBase(guess, components, serialisedParameters)
  return nodeCrypto.verify(nodeCrypto.importPublicKey(jwk), utf8(base), signature.signature)
}

/** What must have happened, in words; empty when no guess makes the signature fit. */
export async function guessCauses(input: GuessInput): Promise<string[]> {
  const { head, origin, signature, keys } = input
  const asReceived = { method: head.method, targetUri: origin + head.target.raw, fields: head.fields }
  const known = keys.find(({ thumbprint }) => thumbprint === signature.parameters.keyid)
  for (const key of keys) {
    if (!(await fits(asReceived, key, input))) continue
    if (key === known) return []
    return [`it was signed with the ${key.name}, but keyid names another key`]
  }
  for (const guess of await guessesOf(input)) {
    for (const key of keys) if (await fits(guess, key, input)) return [guess.words]
  }
  return []
}
