/** A login with the passcode (docs/protocol.md 11.3): two calls, and at their end one factor that may open one session. */
import {
  equal,
  finishProof,
  fromBase64url,
  fromUtf8,
  HoldfastError,
  type LoginChallenge,
  type LoginFinish,
  type LoginResult,
  type LoginStart,
  parseLoginFinish,
  parseLoginStart,
  releaseKey,
  sealRelease,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { findAsked } from './approval-record.ts'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import { type DeviceCall, identifyUnlocker } from './device-call.ts'
import type { RequestHead } from './head.ts'
import { checkUnused } from './factor.ts'
import { finishOpaqueLogin, startOpaqueLogin } from './opaque.ts'
import { passcodeFacts, takeTry, type Try } from './passcode-try.ts'
import { identifiersOf, openUpload } from './passcode-upload.ts'
import { limitPasscodes } from './rate.ts'
import { createRepeats, requestLock, type Repeats } from './repeat.ts'
import type { Shares } from './share.ts'
import type { DeviceRecord } from './store.ts'
import type { FactorRecord, LoginRecord } from './store-factors.ts'

export interface PasscodeLogins {
  /**
   * Throws `passcode_not_set`, `passcode_locked`, `passcode_blocked`, `share_unavailable`, `share_gone`, `rate_limited`, `bad_request`, or what the
   * signature deserves; where it is to approve something, `approval_refused` or `approval_expired` in the place of what shares deserve.
   */
  beginLogin(head: RequestHead, body: unknown): Promise<LoginChallenge>
  /**
   * Throws `passcode_refused`, `grant_refused` for a login that is unknown or over, what Shares.release throws, `rate_limited`,
   * `bad_request`, or what the signature deserves.
   */
  finishLogin(head: RequestHead, login: string, body: unknown): Promise<LoginResult>
}

type Tools = {
  readonly deployment: Deployment
  readonly shares: Shares
  readonly repeats: Repeats<LoginResult>
}

type LoginState = ReturnType<typeof startOpaqueLogin>

// No secret of the request is in this seal: the last message of a login brings none that the first one had.
const contextOf = ({ id, deviceId }: LoginRecord): string => `passcode-login ${deviceId} ${id}`

function sealState(login: LoginRecord, state: LoginState, { keys }: Deployment): string {
  return keys.seal(contextOf(login), utf8(JSON.stringify(state)))
}

/** Throws `store_unavailable`. What was sealed here was serialised here: no other form can come out. */
function openState(login: LoginRecord, sealed: string, { keys }: Deployment): LoginState {
  return JSON.parse(fromUtf8(keys.open(contextOf(login), sealed))) as LoginState
}

async function compute(
  { device }: DeviceCall,
  { record, ke1 }: LoginStart,
  deployment: Deployment,
): Promise<LoginState> {
  const { store, keys } = deployment
  const passcode = await store.findPasscode(record)
  if (passcode?.deviceId !== device.id) throw new HoldfastError('passcode_not_set')
  const upload = openUpload(passcode, deployment)
  const identifiers = identifiersOf(device, deployment)
  return startOpaqueLogin({ setup: keys.opaque().setup, record }, { upload, ke1, identifiers })
}

/** The answer of whichever node computed it first; what this node made is forgotten when it was not this one. */
async function keepState(
  { signature }: DeviceCall,
  { login, left }: Try,
  computed: string,
  repeats: Repeats<LoginChallenge>,
  deployment: Deployment,
): Promise<LoginChallenge> {
  for (let sealed = computed; ; ) {
    const { ke2 } = openState(login, sealed, deployment)
    const answer: LoginChallenge = { login: login.id, ke2, left }
    const repeat = repeats.keep(signature, requestLock(signature), answer)
    const kept = await deployment.store.saveLogin(login.id, sealed, repeat)
    if (kept === sealed) return answer
    if (kept === null) throw new HoldfastError('grant_refused')
    sealed = kept
  }
}

/** Who finishes a login: a device, and the thumbprint of its key that signed so. */
export type Finisher = { readonly device: DeviceRecord; readonly signer: string }

/**
 * The session key of a login that was begun. Throws `passcode_refused` unless KE3 and proof are those of this login, key and share
 * number; `grant_refused` when the service never answered it.
 */
export async function checkFinish(
  { device, signer }: Finisher,
  login: LoginRecord,
  { ke3, proof, held }: LoginFinish,
  deployment: Deployment,
): Promise<Uint8Array> {
  if (login.sealedState === null) throw new HoldfastError('grant_refused')
  const { state } = openState(login, login.sealedState, deployment)
  const identifiers = identifiersOf(device, deployment)
  const sessionKey = fromBase64url(finishOpaqueLogin(state, { ke3, identifiers }))
  const facts = { login: login.id, signer, held }
  const expected = await finishProof(sessionKey, facts, nodeCrypto)
  if (!equal(utf8(expected), utf8(proof))) throw new HoldfastError('passcode_refused')
  return sessionKey
}

async function noteRefusal({ device }: DeviceCall, error: unknown, deployment: Deployment): Promise<void> {
  if (!(error instanceof HoldfastError) || error.code !== 'passcode_refused') return
  const facts = passcodeFacts(device, deployment.clock.now())
  await deployment.store.appendAudit(auditEntry('passcode.refused', facts))
}

async function finish(
  call: DeviceCall,
  id: string,
  said: LoginFinish,
  { deployment, shares, repeats }: Tools,
): Promise<LoginResult> {
  const { store, clock, policy } = deployment
  const { device, signature } = call
  await limitPasscodes(device.id, deployment)
  const login = await store.findLogin(id, clock.now())
  // One that was begun to approve something opens nothing.
  if (login?.deviceId !== device.id || login.approvalId !== null) throw new HoldfastError('grant_refused')
  const finisher = { device, signer: signature.keyThumbprint }
  const sessionKey = await checkFinish(finisher, login, said, deployment).catch(async (error: unknown) => {
    await noteRefusal(call, error, deployment)
    throw error
  })
  // Before the login ends, so that its answer is kept in the act that ends it: what fails here may be asked for again.
  const release = await shares.release(device, login.recordId, {
    held: said.held,
    askedAt: login.createdAt,
  })
  const result = { release: await sealRelease(await releaseKey(sessionKey, nodeCrypto), release, nodeCrypto) }
  const provedAt = clock.now()
  const factor: FactorRecord = {
    id,
    deviceId: device.id,
    kind: 'passcode',
    way: login.recordId,
    provedAt,
    expiresAt: provedAt + policy.factor.lifeSeconds * 1000,
  }
  const audit = auditEntry('passcode.proved', passcodeFacts(device, provedAt))
  const kept = repeats.keep(signature, requestLock(signature), result)
  if (!(await store.finishLogin(factor, kept, audit))) throw new HoldfastError('grant_refused')
  return result
}

export function createPasscodeLogins(deployment: Deployment, shares: Shares): PasscodeLogins {
  const challenges = createRepeats<LoginChallenge>(deployment)
  const repeats = createRepeats<LoginResult>(deployment)

  async function begin(call: DeviceCall, start: LoginStart): Promise<LoginChallenge> {
    await limitPasscodes(call.device.id, deployment)
    // Where a right passcode would open nothing now, or approve nothing, it must not use up tries.
    if (start.approval === undefined) await shares.check(call.device.id)
    else await findAsked(start.approval, call.device.id, deployment)
    const taken = await takeTry(call.device, start, deployment)
    const sealed =
      taken.login.sealedState ?? sealState(taken.login, await compute(call, start, deployment), deployment)
    return keepState(call, taken, sealed, challenges, deployment)
  }

  return {
    async beginLogin(head: RequestHead, body: unknown): Promise<LoginChallenge> {
      const call = await identifyUnlocker(head, deployment)
      const start = parseLoginStart(body)
      return challenges.once(call.signature, requestLock(call.signature), () => begin(call, start))
    },

    async finishLogin(head: RequestHead, login: string, body: unknown): Promise<LoginResult> {
      const call = await identifyUnlocker(head, deployment)
      const said = parseLoginFinish(body)
      return repeats.once(
        call.signature,
        requestLock(call.signature),
        () => finish(call, login, said, { deployment, shares, repeats }),
        () => checkUnused(login, deployment),
      )
    },
  }
}
