import { defaultRule, deviceGrant, maxReports } from '@holdfast/core'
import { beforeEach, expect, test } from 'vitest'
import { type Bound, bindPhone, createKey, createStage, refusal, send, type Stage } from '../test/stage.ts'
import { createReports, type Reports } from './report.ts'
import { createServer } from './server.ts'
import { createVerifier, type VerifiedRequest } from './request.ts'
import { createSessionCache } from './session-cache.ts'

let stage: Stage
let phone: Bound
let verified: VerifiedRequest
let reports: Reports
const report = { host: 'api.bank.example', key: 'k'.repeat(43), at: 1_790_000_000 }

beforeEach(async () => {
  stage = await createStage({}, { mutual: { origin: 'https://mutual.bank.example:8443' } })
  phone = await bindPhone(stage)
  reports = createReports(stage.deployment)
  const session = await createKey()
  const json = { grant_type: deviceGrant, session_key: session.jwk }
  const unlock = await send(stage, phone.key, { method: 'POST', target: '/holdfast/token', json })
  const { access_token: authorization } = await stage.sessions.token(unlock.head, unlock.json)
  const verify = createVerifier(stage.deployment, await createSessionCache(stage.deployment))
  const call = await send(stage, session, { method: 'GET', target: '/holdfast/reports', authorization })
  verified = await verify(call.head, { ...defaultRule, own: true })
})

const written = async () =>
  (await stage.deployment.store.readAudit({ limit: 100 })).filter(
    ({ action }) => action === 'tls_key.refused',
  )

test('what a device refused is written down, with its device and nothing a stranger chose', async () => {
  const other = { ...report, host: 'mutual.bank.example:8443', at: 5 }
  await reports.take(verified, { reports: [report, other] })
  const facts = { actor: phone.device, device: phone.device }
  expect(await written()).toMatchObject([
    { ...facts, detail: { host: report.host, key: report.key, seen: report.at } },
    { ...facts, detail: { host: other.host, key: report.key, seen: 5 } },
  ])
})

test.each<[string, unknown]>([
  ['no list', {}],
  ['an empty list', { reports: [] }],
  ['more than a client keeps', { reports: Array.from({ length: maxReports + 1 }, () => report) }],
  ['another host', { reports: [report, { ...report, host: 'elsewhere.example' }] }],
  ['another port', { reports: [{ ...report, host: 'api.bank.example:8443' }] }],
  ['a key that is no digest', { reports: [{ ...report, key: 'k'.repeat(42) }] }],
  ['a time that is none', { reports: [{ ...report, at: -1 }] }],
  ['a word more', { reports: [{ ...report, user: 'maria' }] }],
  ['a member more', { reports: [report], more: true }],
])('%s is refused whole', async (_, body) => {
  expect(await refusal(reports.take(verified, body))).toBe('bad_request')
  expect(await written()).toEqual([])
})

test('a device that tells without end is stopped, and may go on an hour later', async () => {
  const tell = () => reports.take(verified, { reports: [report] })
  for (let i = 0; i < 12; i++) await tell()
  expect(await refusal(tell())).toBe('rate_limited')
  expect(await written()).toHaveLength(12)
  stage.pass(3601)
  await tell()
  expect(await written()).toHaveLength(13)
})

test.each<[string, string[]]>([
  ['one pin', ['a'.repeat(43)]],
  ['one pin twice', ['a'.repeat(43), 'a'.repeat(43)]],
  ['something that is no pin', ['a'.repeat(43), 'sha256/abc']],
])('a service with %s does not start: phones would refuse its statement', async (_, pins) => {
  await expect(createServer({ ...stage.deployment, pins })).rejects.toThrow(TypeError)
})
