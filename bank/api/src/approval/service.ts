/** The token keys of the service that asks for approvals, from its signed statement (docs/protocol.md 2). */
import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { Refusal } from '../refusal.ts'
import { type Approved, askedKeyOf, checkEvidence } from './evidence.ts'
import { type Jwk, jwkForm, readJws, thumbprint } from './jws.ts'

/** What an operator writes down: the service's origin and the pins `holdfast keys` prints; for passkeys the pages of the app. */
const settingsForm = v.strictObject({
  origin: v.string(),
  trust: v.pipe(v.array(v.string()), v.minLength(1)),
  origins: v.exactOptional(v.array(v.string()), []),
  rpId: v.exactOptional(v.string(), ''),
})
const statementForm = v.object({
  iss: v.string(),
  exp: v.number(),
  keys: v.array(v.object({ kid: v.string(), jwk: jwkForm })),
})

/** Evidence, and the statement its keys are from: together they can be verified for ever. */
export type Proof = { readonly evidence: string; readonly statement: string }
export type Approving = Omit<Approved, 'uri'> & { readonly path: string; readonly field: string | undefined }

/** Throws `approval_refused`, or `unavailable` when the service cannot be asked for its keys. */
export type ApprovalCheck = (approving: Approving, now: Date) => Promise<Proof>

type Known = { readonly statement: string; readonly keys: ReadonlyMap<string, Jwk>; readonly until: number }

const timeoutMs = 5_000
/** A name nobody knows makes nobody ask more often. */
const leastPauseMs = 1_000

/** `file`: the settings as JSON, read when the first approval comes. */
export function approvalCheck(file: string): ApprovalCheck {
  let settings: Promise<v.InferOutput<typeof settingsForm>> | null = null
  let known: Known | null = null
  let askedAt = -Infinity

  const read = async (): Promise<v.InferOutput<typeof settingsForm>> =>
    v.parse(settingsForm, JSON.parse(await readFile(file, 'utf8')))

  async function keysFor(kid: string | undefined, now: Date): Promise<Known> {
    const seconds = now.getTime() / 1000
    if (known !== null && seconds < known.until && known.keys.has(kid ?? '')) return known
    if (known !== null && performance.now() - askedAt < leastPauseMs) return known
    askedAt = performance.now()
    settings ??= read()
    known = await fetchKeys(await settings, seconds)
    return known
  }

  return async ({ field, path, ...approved }, now) => {
    if (field === undefined) throw new Refusal('approval_refused')
    const { statement, keys: tokenKeys } = await keysFor(askedKeyOf(field), now)
    settings ??= read()
    const { origin: issuer, origins, rpId } = await settings
    checkEvidence(field, { ...approved, uri: issuer + path }, { issuer, tokenKeys, pages: { origins, rpId } })
    return { evidence: field, statement }
  }
}

async function fetchKeys(
  { origin, trust }: v.InferOutput<typeof settingsForm>,
  seconds: number,
): Promise<Known> {
  const signal = AbortSignal.timeout(timeoutMs)
  const text = await fetch(`${origin}/.well-known/holdfast`, { signal }).then(
    (answer) => answer.text(),
    () => {
      throw new Refusal('unavailable')
    },
  )
  const statement = readJws(text, 'hf-statement+jwt')
  const said = v.safeParse(statementForm, statement.payload)
  const { jwk } = statement
  const isTrusted = jwk !== undefined && trust.includes(thumbprint(jwk)) && statement.isSignedBy(jwk)
  if (!isTrusted || !said.success || said.output.iss !== origin || seconds >= said.output.exp)
    throw new Refusal('unavailable')
  const keys = new Map(said.output.keys.map(({ kid, jwk: key }) => [kid, key]))
  return { statement: text, keys, until: said.output.exp }
}
