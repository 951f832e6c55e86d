/** The calls Holdfast answers itself: one table of method, path and what to do (docs/protocol.md 2, 4, 5, 6); more in factor-calls.ts. */
import { HoldfastError, isTimeNonce, signTime, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import type { Certificates } from './certificate-call.ts'
import type { Deployment } from './deployment.ts'
import type { Devices } from './device.ts'
import type { Enrolment } from './enrolment.ts'
import { type FactorFeatures, factorRoutes } from './factor-calls.ts'
import type { RequestHead } from './head.ts'
import { jsonAnswer, type OwnAnswer, ownAnswer } from './http.ts'
import {
  deviceRule,
  jsonBody,
  noBody,
  type OwnCall,
  type OwnRoute,
  sessionRule,
  verified,
} from './own-call.ts'
import type { Reports } from './report.ts'
import type { Sessions } from './session.ts'
import type { Statement } from './statement.ts'

export type OwnFeatures = FactorFeatures & {
  readonly statement: Statement
  readonly enrolment: Enrolment
  readonly sessions: Sessions
  readonly devices: Devices
  readonly certificates: Certificates
  readonly reports: Reports
}

export const ownPrefix = '/holdfast/'

async function signedTime({ head }: OwnCall, deployment: Deployment): Promise<OwnAnswer> {
  const nonce = new URLSearchParams(head.target.raw.slice(head.target.path.length)).get('nonce')
  if (!isTimeNonce(nonce)) throw new HoldfastError('bad_request')
  const { kid, privateKey } = deployment.keys.token()
  const time = { iss: deployment.origin, nonce, time: deployment.clock.now() }
  const body = utf8(await signTime(time, kid, privateKey, nodeCrypto))
  return ownAnswer({ status: 200, contentType: 'application/jwt', body }, head, deployment)
}

function routesOf(deployment: Deployment, features: OwnFeatures): OwnRoute[] {
  const { verify, statement, enrolment, sessions, devices, certificates, reports } = features
  const json = async (head: RequestHead, value: Promise<unknown>): Promise<OwnAnswer> =>
    jsonAnswer(await value, head, deployment)
  return [
    {
      method: 'GET',
      path: /^\/\.well-known\/holdfast$/,
      answer: async ({ head }) =>
        ownAnswer(
          { status: 200, contentType: 'application/jwt', body: utf8(await statement.current()) },
          head,
          deployment,
        ),
    },
    { method: 'GET', path: /^\/holdfast\/time$/, answer: (call) => signedTime(call, deployment) },
    {
      method: 'GET',
      path: /^\/holdfast\/challenge$/,
      answer: ({ head }) => json(head, enrolment.challenge(head.remote)),
    },
    {
      method: 'POST',
      path: /^\/holdfast\/enrolments$/,
      answer: (call) => json(call.head, enrolment.begin(call.head, jsonBody(call))),
    },
    {
      method: 'POST',
      path: /^\/holdfast\/enrolments\/([A-Za-z0-9_-]{16,128})\/confirm$/,
      answer: (call) => json(call.head, enrolment.confirm(call.head, call.id, jsonBody(call))),
    },
    {
      method: 'POST',
      path: /^\/holdfast\/token$/,
      answer: (call) => json(call.head, sessions.token(call.head, jsonBody(call))),
    },
    {
      method: 'POST',
      path: /^\/holdfast\/certificate$/,
      answer: async (call) => {
        noBody(call)
        return json(call.head, certificates.issue(call.head))
      },
    },
    {
      method: 'DELETE',
      path: /^\/holdfast\/session$/,
      answer: async (call) => {
        await sessions.end(await verified(call, sessionRule, verify))
        return jsonAnswer({}, call.head, deployment)
      },
    },
    {
      method: 'POST',
      path: /^\/holdfast\/reports$/,
      answer: async (call) => {
        const request = await verify(call.head, sessionRule)
        await reports.take(request, jsonBody(call))
        return jsonAnswer({}, call.head, deployment)
      },
    },
    {
      method: 'GET',
      path: /^\/holdfast\/devices$/,
      answer: async (call) => json(call.head, devices.list(await verified(call, deviceRule, verify))),
    },
    {
      method: 'DELETE',
      path: /^\/holdfast\/devices\/([A-Za-z0-9_-]{16,128})$/,
      answer: async (call) => {
        await devices.remove(await verified(call, deviceRule, verify), call.id)
        return jsonAnswer({}, call.head, deployment)
      },
    },
    ...factorRoutes(deployment, features),
  ]
}

export type OwnCalls = (head: RequestHead, body: Uint8Array) => Promise<OwnAnswer>

export function createOwnCalls(deployment: Deployment, features: OwnFeatures): OwnCalls {
  const routes = routesOf(deployment, features)
  return async function answer(head: RequestHead, body: Uint8Array): Promise<OwnAnswer> {
    const here = routes.filter(({ path }) => path.test(head.target.path))
    if (here.length === 0) throw new HoldfastError('not_found')
    const route = here.find(({ method }) => method === head.method)
    if (route === undefined) throw new HoldfastError('method_refused')
    return route.answer({ head, body, id: route.path.exec(head.target.path)?.[1] ?? '' })
  }
}
