/** The vectors of docs/protocol.md 9, on every provider of cryptography. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type ApprovalChallenge,
  type ApprovalEvidence,
  approvalInput,
  type ApprovalStatement,
  approvalStatement,
  bodyDigest,
  encodeEvidence,
  isApproval,
  openChallenge,
  shownDigest,
} from '../src/approval.ts'
import type { ApprovalLine } from '../src/approval-demand.ts'
import { concat, fromBase64url, fromUtf8, toBase64url, utf8 } from '../src/bytes.ts'
import { nobleCrypto } from '../src/crypto/noble.ts'
import { nodeCrypto } from '../src/crypto/node.ts'
import type { CryptoPort, PublicJwk } from '../src/crypto/port.ts'
import { webCrypto } from '../src/crypto/web.ts'
import { canonicalJson, parseIJson } from '../src/i-json.ts'
import { thumbprint } from '../src/jwk.ts'
import { outcomeOf } from './refusal.ts'

const providers: ReadonlyArray<readonly [string, CryptoPort]> = [
  ['node:crypto', nodeCrypto],
  ['WebCrypto', webCrypto(globalThis.crypto)],
  ['noble', nobleCrypto({ random: (length) => nodeCrypto.random(length) })],
]

type Cases = {
  body: { text: string; canonical?: string; digest?: string }
  shown: { title: string; lines: ApprovalLine[]; canonical: string; digest: string }
  challenge: { jws: string; claims?: ApprovalChallenge }
  statement: {
    challenge: string
    claims: ApprovalChallenge
    acr: ApprovalStatement['acr']
    kid: string
    statement: ApprovalStatement
    signing_input: string
    passkey_challenge: string
  }
  evidence: { jws: string; kid: string; statement: ApprovalStatement }
  encoded: { evidence: ApprovalEvidence; encoded: string; raw_signature?: string }
}
type Kind = keyof Cases
type Case<Of extends Kind> = Cases[Of] & { readonly kind: Of; readonly name: string; readonly expect: string }

const file = JSON.parse(readFileSync(new URL('../../../vectors/approval.json', import.meta.url), 'utf8')) as {
  readonly token_key: PublicJwk
  readonly presence_key: PublicJwk
  readonly cases: ReadonlyArray<Case<Kind>>
}

function casesOf<Of extends Kind>(kind: Of): Array<Case<Of>> {
  const found = file.cases.filter((one) => one.kind === kind) as unknown as Array<Case<Of>>
  if (found.length === 0) throw new Error(`no case of ${kind}`)
  return found
}

it('has no case of a kind nobody knows', () => {
  const known: Record<Kind, true> = {
    body: true,
    shown: true,
    challenge: true,
    statement: true,
    evidence: true,
    encoded: true,
  }
  expect(file.cases.filter(({ kind }) => !Object.hasOwn(known, kind))).toEqual([])
})

describe.each(providers)('vectors/approval.json on %s', (_, crypto) => {
  it.each(casesOf('body'))('body: $name: $expect', async ({ text, canonical, digest, expect: expected }) => {
    const digests: string[] = []
    expect(await outcomeOf(async () => digests.push(await bodyDigest(text, crypto)))).toBe(expected)
    if (expected !== 'ok') return
    expect([canonicalJson(parseIJson(text)), ...digests]).toEqual([canonical, digest])
  })

  it.each(casesOf('shown'))('shown: $name', async ({ title, lines, canonical, digest }) => {
    expect(await shownDigest({ title, lines }, crypto)).toBe(digest)
    expect(canonicalJson({ title, lines })).toBe(canonical)
  })

  it.each(casesOf('challenge'))('$name: $expect', async ({ jws, claims, expect: expected }) => {
    const kid = await thumbprint(file.token_key, crypto)
    const key = await crypto.importPublicKey(file.token_key)
    const opened = await openChallenge(jws, (named) => (named === kid ? key : null), crypto)
    expect(opened === null ? 'answer_refused' : 'ok').toBe(expected)
    expect(opened).toEqual(claims ?? null)
  })

  it.each(casesOf('statement'))('$name', async ({ challenge, claims, acr, kid, ...vector }) => {
    const statement = await approvalStatement({ challenge, claims, acr }, crypto)
    expect(statement).toEqual(vector.statement)
    const input = approvalInput(kid, statement)
    expect(input).toBe(vector.signing_input)
    expect(toBase64url(await crypto.sha256(utf8(input)))).toBe(vector.passkey_challenge)
  })

  it.each(casesOf('evidence'))('$name: $expect', async ({ jws, kid, statement, expect: expected }) => {
    const key = await crypto.importPublicKey(file.presence_key)
    expect(await isApproval(jws, { kid, statement }, key, crypto)).toBe(expected === 'ok')
  })

  it.each(casesOf('encoded'))('$name', async ({ evidence, encoded, raw_signature: raw }) => {
    expect(encodeEvidence(evidence)).toBe(encoded)
    const known = casesOf('statement').find(({ challenge }) => challenge === evidence.challenge)
    const { kid, statement, claims } = known as Case<'statement'>
    if (evidence.kind !== 'passkey') {
      const key = await crypto.importPublicKey(evidence.jwk)
      expect(await isApproval(evidence.evidence, { kid, statement }, key, crypto)).toBe(true)
      return
    }
    expect(toBase64url(await crypto.sha256(fromBase64url(evidence.key)))).toBe(claims.presence_key)
    const { challenge } = JSON.parse(fromUtf8(fromBase64url(evidence.client_data))) as { challenge: string }
    expect(challenge).toBe(known?.passkey_challenge)
    const clientData = await crypto.sha256(fromBase64url(evidence.client_data))
    const signed = concat(fromBase64url(evidence.authenticator_data), clientData)
    const key = await crypto.importPublicKey(file.presence_key)
    expect(await crypto.verify(key, signed, fromBase64url(raw ?? ''))).toBe(true)
  })
})
