import { X509Certificate } from 'node:crypto'
import { defaultRule, deviceGrant, refreshGrant, type RouteRule } from '@holdfast/core'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { newCa } from '../test/certificates.ts'
import {
  type Bound,
  bindPhone,
  createKey,
  createStage,
  origin,
  payloadOf,
  refusal,
  send,
  type Stage,
  type TestKey,
} from '../test/stage.ts'
import { createCertificates, type IssuedCertificate } from './certificate-call.ts'
import { type ClientCertificate, verifyClientCertificate } from './certificate.ts'
import type { Deployment } from './deployment.ts'
import type { RequestHead } from './head.ts'
import { createVerifier } from './request.ts'
import { createSessionCache } from './session-cache.ts'
import { createSessions } from './session.ts'

let stage: Stage
let phone: Bound
let deployment: Deployment
beforeEach(async () => {
  stage = await createStage()
  phone = await bindPhone(stage)
  const ca = newCa(stage.deployment.clock.now())
  const keys = { ...stage.deployment.keys, ca: () => ca, caCertificates: () => [ca.certificate] }
  deployment = { ...stage.deployment, keys }
})

const call = async (key: TestKey = phone.key) =>
  (await send(stage, key, { method: 'POST', target: '/holdfast/certificate', json: {} })).head
const issue = async (key?: TestKey): Promise<IssuedCertificate> =>
  createCertificates(deployment).issue(await call(key))
const certified = async (key?: TestKey): Promise<ClientCertificate> => {
  const der = new Uint8Array(new X509Certificate((await issue(key)).certificate).raw)
  return verifyClientCertificate(der, deployment.keys.caCertificates(), deployment.clock.now())
}

async function revoke(): Promise<void> {
  const { store, clock } = deployment
  const entry = { at: clock.now(), action: 'x', actor: 'x', user: null, device: null, detail: {} }
  await store.revokeDevice(phone.device, clock.now(), entry)
}

describe('a device asks for its certificate', () => {
  test('and gets one for its key, for 72 hours, and the audit says so', async () => {
    const { certificate, expires } = await issue()
    const x509 = new X509Certificate(certificate)
    expect(expires).toBe(deployment.clock.now() / 1000 + 72 * 3600)
    expect(Date.parse(x509.validTo)).toBe(expires * 1000)
    expect(x509.subject).toBe(`CN=${phone.device}`)
    expect(x509.subjectAltName).toBe(`URI:${origin}/holdfast/devices/${phone.device}`)
    expect((await certified()).keyThumbprint).toBe(phone.key.thumbprint)
    const audit = await deployment.store.readAudit({ limit: 500 })
    const entry = audit.find(({ action }) => action === 'certificate.issued')
    expect(entry).toMatchObject({ actor: phone.device, device: phone.device })
    expect(entry?.detail).toEqual({ serial: expect.stringMatching(/^01[0-9A-F]{32}$/), expires })
  })

  test('and another one when it asks again', async () => {
    expect((await certified()).thumbprint).not.toBe((await certified()).thumbprint)
  })

  test('a stranger gets none', async () => {
    expect(await refusal(issue(await createKey()))).toBe('grant_refused')
  })

  test('a removed device gets none', async () => {
    await revoke()
    expect(await refusal(issue())).toBe('device_revoked')
  })

  test('a signature counts once', async () => {
    const head = await call()
    await createCertificates(deployment).issue(head)
    expect(await refusal(createCertificates(deployment).issue(head))).toBe('replayed')
  })

  test('only so often in an hour', async () => {
    for (let i = 0; i < deployment.policy.certificate.perHour; i++) await issue()
    expect(await refusal(issue())).toBe('rate_limited')
    stage.pass(3600)
    await issue()
  })

  test('there is nothing to ask where there is no CA', async () => {
    expect(await refusal(createCertificates(stage.deployment).issue(await call()))).toBe('not_found')
  })
})

/** As it comes over a connection with this certificate. */
const over = (certificate: ClientCertificate | null, head: RequestHead): RequestHead => ({
  ...head,
  channel: { sealed: false, certificate },
})

type Session = { readonly key: TestKey; readonly access: string; readonly refresh: string }

async function tokenCall(json: object, certificate: ClientCertificate | null) {
  const { head } = await send(stage, phone.key, { method: 'POST', target: '/holdfast/token', json })
  const response = await createSessions(deployment).token(over(certificate, head), json)
  return { access: response.access_token, refresh: response.refresh_token }
}

async function unlock(certificate: ClientCertificate | null): Promise<Session> {
  const key = await createKey()
  return { key, ...(await tokenCall({ grant_type: deviceGrant, session_key: key.jwk }, certificate)) }
}

const refresh = ({ refresh: refresh_token }: Session, certificate: ClientCertificate | null) =>
  tokenCall({ grant_type: refreshGrant, refresh_token }, certificate)

async function verify(
  { key, access }: Pick<Session, 'key' | 'access'>,
  certificate: ClientCertificate | null,
  rule: RouteRule = defaultRule,
): Promise<string> {
  const sessions = await createSessionCache(deployment)
  onTestFinished(() => sessions.close())
  const { head } = await send(stage, key, { method: 'GET', target: '/a', authorization: access })
  return refusal(
    Promise.resolve().then(() => createVerifier(deployment, sessions)(over(certificate, head), rule)),
  )
}

const mutual: RouteRule = { ...defaultRule, mutual: true }

describe('a token asked for with a certificate (RFC 8705)', () => {
  test('names it, and counts with it alone, on every route', async () => {
    const certificate = await certified()
    const session = await unlock(certificate)
    expect(payloadOf(session.access)['cnf']).toMatchObject({ 'x5t#S256': certificate.thumbprint })
    for (const rule of [defaultRule, mutual]) {
      expect(await verify(session, certificate, rule)).toBe('none')
      expect(await verify(session, await certified(), rule)).toBe('certificate_refused')
    }
    expect(await verify(session, null)).toBe('certificate_refused')
    expect(await verify(session, null, mutual)).toBe('certificate_required')
  })

  test('is bound anew by a refresh over a connection with the next certificate', async () => {
    const session = await unlock(await certified())
    const next = await certified()
    const renewed = { ...session, ...(await refresh(session, next)) }
    expect(await verify(renewed, next)).toBe('none')
    const plain = await refresh(renewed, null)
    expect(payloadOf(plain.access)['cnf']).not.toHaveProperty('x5t#S256')
  })

  test('is not given out over the certificate of another device', async () => {
    const other = await bindPhone(stage, 'johann')
    const theirs = await certified(other.key)
    expect(await refusal(unlock(theirs))).toBe('certificate_refused')
    const session = await unlock(null)
    expect(await refusal(refresh(session, theirs))).toBe('certificate_refused')
  })
})

describe('a token asked for without one', () => {
  test('counts over any connection but that of another device', async () => {
    const other = await bindPhone(stage, 'johann')
    const session = await unlock(null)
    expect(payloadOf(session.access)['cnf']).not.toHaveProperty('x5t#S256')
    expect(await verify(session, null)).toBe('none')
    expect(await verify(session, await certified())).toBe('none')
    expect(await verify(session, await certified(), mutual)).toBe('none')
    expect(await verify(session, await certified(other.key))).toBe('certificate_refused')
    expect(await verify(session, null, mutual)).toBe('certificate_required')
  })

  test('a removed device is told so, whatever it shows', async () => {
    const [session, certificate] = [await unlock(null), await certified()]
    await revoke()
    expect(await verify(session, certificate, mutual)).toBe('device_revoked')
  })
})
