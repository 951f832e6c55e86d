/** Setting and changing the passcode (docs/protocol.md 11.2): the new one stands beside the old one until a session was opened with it. */
import {
  HoldfastError,
  parseRegistrationFinish,
  parseRegistrationStart,
  type PublicJwk,
  type RegistrationChallenge,
  thumbprint,
  toBase64url,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { auditEntry } from './audit.ts'
import type { Deployment } from './deployment.ts'
import { demandFreshPasscode } from './factor.ts'
import { answerRegistration } from './opaque.ts'
import { openUpload, sealUpload } from './passcode-upload.ts'
import { limitPasscodes } from './rate.ts'
import type { VerifiedRequest } from './request.ts'
import type { DeviceRecord } from './store.ts'
import type { PasscodeRecord } from './store-factors.ts'

/**
 * Both throw `insufficient_user_authentication` where the device has a passcode and it was not given just now, `rate_limited` and
 * `bad_request`; the second also `grant_refused` for a record that was not given to this device, or was used for another upload.
 */
export interface PasscodeRegistrations {
  beginRegistration(verified: VerifiedRequest, body: unknown): Promise<RegistrationChallenge>
  finishRegistration(verified: VerifiedRequest, record: string, body: unknown): Promise<void>
}

/** Of 128 bits in b64u. */
const idCharacters = 22

/**
 * A record's id: 128 random bits, and a MAC that gives them to this device. The OPRF key of a record comes from its id: with one of
 * its own choice a device could have the passcode of another tried out.
 */
function newRecordId({ id: device }: DeviceRecord, { keys }: Deployment): string {
  const random = toBase64url(nodeCrypto.random(16))
  return random + keys.mac('passcode-record', `${device} ${random}`)
}

function isRecordOf({ id: device }: DeviceRecord, record: string, { keys }: Deployment): boolean {
  const random = record.slice(0, idCharacters)
  return keys.isMac('passcode-record', `${device} ${random}`, record.slice(idCharacters))
}

type AttemptKey = Pick<PasscodeRecord, 'attemptKey' | 'attemptKeyThumbprint'>

/** Throws `grant_refused` for a key that already signs something else: an attempt key may sign nothing else. */
async function attemptKeyOf(
  key: PublicJwk | undefined,
  { device, claims }: VerifiedRequest,
): Promise<AttemptKey> {
  if (key === undefined) return { attemptKey: null, attemptKeyThumbprint: null }
  nodeCrypto.importPublicKey(key) // throws `bad_request` when the point is not on the curve
  const attemptKeyThumbprint = await thumbprint(key, nodeCrypto)
  if ([device.keyThumbprint, claims.cnf.jkt].includes(attemptKeyThumbprint))
    throw new HoldfastError('grant_refused')
  return { attemptKey: key, attemptKeyThumbprint }
}

export function createPasscodeRegistrations(deployment: Deployment): PasscodeRegistrations {
  const { store, keys, clock } = deployment
  return {
    async beginRegistration(verified: VerifiedRequest, body: unknown): Promise<RegistrationChallenge> {
      const { device } = verified
      await demandFreshPasscode(verified, deployment)
      await limitPasscodes(device.id, deployment)
      const { request } = parseRegistrationStart(body)
      const record = newRecordId(device, deployment)
      return { record, response: answerRegistration({ setup: keys.opaque().setup, record }, request) }
    },

    async finishRegistration(verified: VerifiedRequest, record: string, body: unknown): Promise<void> {
      const { device } = verified
      await demandFreshPasscode(verified, deployment)
      await limitPasscodes(device.id, deployment)
      const { upload, attempt_key: attemptKey } = parseRegistrationFinish(body)
      if (!isRecordOf(device, record, deployment)) throw new HoldfastError('grant_refused')
      const known = await store.findPasscode(record)
      if (known !== null) {
        if (openUpload(known, deployment) !== upload) throw new HoldfastError('grant_refused')
        return
      }
      const createdAt = clock.now()
      const passcode: PasscodeRecord = {
        id: record,
        deviceId: device.id,
        sealedUpload: sealUpload({ device: device.id, record }, upload, deployment),
        ...(await attemptKeyOf(attemptKey, verified)),
        state: 'pending',
        createdAt,
      }
      const facts = { at: createdAt, actor: device.id, user: device.user, device: device.id }
      if (!(await store.addPasscode(passcode, auditEntry('passcode.registered', facts))))
        throw new HoldfastError('grant_refused')
    },
  }
}
