/** The in-process rows: one function called over and over in a process of its own, without HTTP. */

import { calculateJwkThumbprint, createLocalJWKSet, EmbeddedJWK, jwtVerify } from 'jose'
import { serveParent } from '../child.ts'
import { createHistogram } from '../histogram.ts'
import { proofMaker } from '../proof.ts'
import type { Credential } from '../credential.ts'
import type { CallName, Sample } from '../target.ts'
import { createValidation } from '../validation.ts'
import { createVerify } from '../verify.ts'
import type { CallInput, CallOrder } from './input.ts'

type Call = () => unknown

/** The libraries work on WebCrypto's threads: a few calls in flight suit them better than one after another. */
const inFlight = 16
const synchronous: ReadonlySet<CallName> = new Set([
  'verify',
  'exchange',
  'built-in-key',
  'read-form',
  'read-batch',
  'judge',
])
const url = 'https://api.example/accounts/17?limit=20'

/** Loaded by those that call it: the server is ten times what the others need. */
const rules = () => import('../approval/rules.ts')
const bothWays = () => import('../both-ways.ts')

const calls: Record<CallName, (credential: Credential) => Call | Promise<Call>> = {
  verify: () => createVerify(),
  exchange: async () => (await bothWays()).exchange(),
  'core-x25519': async () => (await bothWays()).core('x25519'),
  'core-x-wing': async () => (await bothWays()).core('x-wing'),
  'jwe-x25519': async () => (await bothWays()).jwe('X25519'),
  'jwe-p256': async () => (await bothWays()).jwe('P-256'),
  openpgp: async () => (await bothWays()).pgp(),
  'built-in-key': async () => (await bothWays()).builtInKey(),
  'read-form': async () => (await rules()).readTransfer(),
  'read-batch': async () => (await rules()).readBatch(),
  judge: async () => (await rules()).judgeTransfer(),
  oauth4webapi(credential) {
    const validate = createValidation(credential)
    const headers = proofHeaders(credential)
    return () => validate('GET', url, headers)
  },
  jose(credential) {
    const issuerKeys = createLocalJWKSet({ keys: [credential.issuerKey] })
    const { authorization, dpop } = proofHeaders(credential)
    return async () => {
      const { payload } = await jwtVerify<{ cnf: { jkt: string } }>(authorization.slice(5), issuerKeys, {
        typ: 'at+jwt',
        algorithms: ['ES256'],
        issuer: credential.issuer,
        audience: credential.audience,
      })
      const proof = await jwtVerify<{ ath: string; htm: string; htu: string }>(dpop, EmbeddedJWK, {
        typ: 'dpop+jwt',
        algorithms: ['ES256'],
        maxTokenAge: 300,
      })
      const jkt = await calculateJwkThumbprint(proof.protectedHeader.jwk ?? {})
      const { ath, htm, htu } = proof.payload
      if (jkt !== payload.cnf.jkt || ath !== credential.accessTokenHash || htm !== 'GET' || htu !== url)
        throw new Error('not bound')
    }
  },
}

function proofHeaders(credential: Credential): { authorization: string; dpop: string } {
  return { authorization: `DPoP ${credential.accessToken}`, dpop: proofMaker(credential, 'GET', url)() }
}

let input: CallInput | undefined

serveParent(async (message) => {
  if (input === undefined) {
    input = message as CallInput
    return 'ready'
  }
  // Made anew for every round: a proof is good for five minutes only.
  const call = await calls[input.call](input.credential)
  return measure(call, synchronous.has(input.call) ? 1 : inFlight, (message as CallOrder).durationMs)
})

async function measure(call: Call, parallel: number, durationMs: number): Promise<Sample> {
  const histogram = createHistogram()
  const startedAt = performance.now()
  let completed = 0
  async function caller(): Promise<void> {
    let now = performance.now()
    while (now - startedAt < durationMs) {
      const before = now
      const result = call()
      if (result instanceof Promise) await result
      now = performance.now()
      histogram.record(now - before)
      completed += 1
    }
  }
  await Promise.all(Array.from({ length: parallel }, caller))
  return {
    completed,
    failed: 0,
    failure: null,
    elapsedMs: performance.now() - startedAt,
    p50: histogram.percentile(0.5),
    p95: histogram.percentile(0.95),
    p99: histogram.percentile(0.99),
  }
}
