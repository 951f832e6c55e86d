/** The own calls of approvals, passcode, presence, suspension and notices (docs/protocol.md 9, 11, 12, 14). */
import type { Approvals } from './approval.ts'
import type { Deployment } from './deployment.ts'
import type { RequestHead } from './head.ts'
import { jsonAnswer, type OwnAnswer } from './http.ts'
import type { Notices } from './notice.ts'
import {
  deviceRule,
  jsonBody,
  noBody,
  type OwnCall,
  type OwnRoute,
  sessionRule,
  verified,
} from './own-call.ts'
import type { Passcodes } from './passcode.ts'
import type { Presences } from './presence.ts'
import type { VerifiedRequest, Verifier } from './request.ts'
import type { Suspensions } from './suspension.ts'

export type FactorFeatures = {
  readonly verify: Verifier
  readonly passcodes: Passcodes
  readonly presences: Presences
  readonly suspensions: Suspensions
  readonly notices: Notices
  readonly approvals: Approvals
}

type SignedAct = (request: VerifiedRequest, body: unknown, id: string) => Promise<unknown>
type DeviceAct = (head: RequestHead, body: unknown, id: string) => Promise<unknown>

export function factorRoutes(deployment: Deployment, features: FactorFeatures): OwnRoute[] {
  const { verify, passcodes, presences, suspensions, notices, approvals } = features
  const json = async (head: RequestHead, value: Promise<unknown>): Promise<OwnAnswer> =>
    jsonAnswer((await value) ?? {}, head, deployment)
  /** With a token, signed by the device key. */
  const signed = (path: RegExp, act: SignedAct): OwnRoute => ({
    method: 'POST',
    path,
    answer: async (call) => {
      const request = await verify(call.head, deviceRule)
      return json(call.head, act(request, jsonBody(call), call.id))
    },
  })
  /** Without a token: the call itself finds out whose key signed it. */
  const unlocking = (path: RegExp, act: DeviceAct): OwnRoute => ({
    method: 'POST',
    path,
    answer: (call) => json(call.head, act(call.head, jsonBody(call), call.id)),
  })
  return [
    signed(/^\/holdfast\/passcode\/registrations$/, (request, body) =>
      passcodes.beginRegistration(request, body),
    ),
    signed(/^\/holdfast\/passcode\/registrations\/([A-Za-z0-9_-]{16,128})$/, (request, body, id) =>
      passcodes.finishRegistration(request, id, body),
    ),
    unlocking(/^\/holdfast\/passcode\/logins$/, (head, body) => passcodes.beginLogin(head, body)),
    unlocking(/^\/holdfast\/passcode\/logins\/([A-Za-z0-9_-]{16,128})$/, (head, body, id) =>
      passcodes.finishLogin(head, id, body),
    ),
    {
      method: 'POST',
      path: /^\/holdfast\/passcode\/forgotten$/,
      answer: async (call: OwnCall) => {
        noBody(call)
        return json(call.head, suspensions.forgotten(call.head))
      },
    },
    signed(/^\/holdfast\/presence\/registrations$/, (request, body) =>
      presences.beginRegistration(request, body),
    ),
    signed(/^\/holdfast\/presence\/registrations\/([A-Za-z0-9_-]{16,128})$/, (request, body, id) =>
      presences.finishRegistration(request, id, body),
    ),
    unlocking(/^\/holdfast\/presence\/challenges$/, (head, body) => presences.challenge(head, body)),
    unlocking(/^\/holdfast\/presence\/challenges\/([A-Za-z0-9_-]{16,128})$/, (head, body, id) =>
      presences.prove(head, id, body),
    ),
    {
      method: 'DELETE',
      path: /^\/holdfast\/presence$/,
      answer: async (call: OwnCall) =>
        json(call.head, presences.remove(await verified(call, deviceRule, verify))),
    },
    {
      method: 'GET',
      path: /^\/holdfast\/notices$/,
      answer: async (call: OwnCall) =>
        json(call.head, notices.list(await verified(call, sessionRule, verify))),
    },
    {
      method: 'GET',
      path: /^\/holdfast\/approvals$/,
      answer: async (call: OwnCall) =>
        json(call.head, approvals.list(await verified(call, sessionRule, verify))),
    },
    signed(/^\/holdfast\/approvals\/([A-Za-z0-9_-]{16,128})$/, (request, body, id) =>
      approvals.prove(request, id, body),
    ),
    {
      method: 'DELETE',
      path: /^\/holdfast\/approvals\/([A-Za-z0-9_-]{16,128})$/,
      answer: async (call: OwnCall) =>
        json(call.head, approvals.decline(await verified(call, deviceRule, verify), call.id)),
    },
  ]
}
