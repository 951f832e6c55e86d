import * as fc from 'fast-check'
import { expect } from 'vitest'
import { formatActivationCode, parseActivationCode } from '../../src/activation-code.ts'
import { parseEnrolmentConfirmation, parseEnrolmentRequest } from '../../src/enrolment.ts'
import { HoldfastError } from '../../src/errors.ts'
import { parsePublicJwk } from '../../src/jwk.ts'
import { parseProblem, problemOf } from '../../src/problem.ts'
import { parseTokenRequest, parseTokenResponse } from '../../src/session.ts'
import { testKey } from '../keys.ts'
import { hostileText, near, nearJson } from './mutation.ts'
import { property } from './property.ts'

const { publicJwk } = await testKey()
const b64 = 'A'.repeat(43)
const enrolment = {
  code_id: '01AB89VZ',
  device_key: publicJwk,
  challenge: b64,
  platform: 'web',
  name: 'A phone',
  proof: b64,
}
const unlock = { grant_type: 'https://holdfast.dev/grant/device', session_key: publicJwk }
const refresh = { grant_type: 'refresh_token', refresh_token: b64 }
const tokens = {
  access_token: 'a',
  token_type: 'Holdfast',
  expires_in: 1,
  refresh_token: b64,
  session_expires_in: 1,
}

property('JWK: taken as it is or not at all', nearJson(publicJwk), (value) => {
  expect(parsePublicJwk(value)).toEqual(value)
})
property('enrolment request: taken as it is or not at all', nearJson(enrolment), (value) => {
  expect(parseEnrolmentRequest(value)).toEqual(value)
})
property(
  'enrolment confirmation: taken as it is or not at all',
  nearJson({ one_time_text: '012345' }),
  (value) => {
    expect(parseEnrolmentConfirmation(value)).toEqual(value)
  },
)
property(
  'token request: taken as it is or not at all',
  fc.oneof(nearJson(unlock), nearJson(refresh)),
  (value) => {
    expect(parseTokenRequest(value)).toEqual(value)
  },
)
property('token response: every member that is read is as it was sent', nearJson(tokens), (value) => {
  expect(value).toMatchObject(parseTokenResponse(value))
})

const typed = fc.constantFrom('01AB-89VZ-HJKM-NPQR-STVW', 'o1ab 89vz hjkm npqr stvw', '00000000000000000000')
property(
  'activation code: what is taken has one written form',
  fc.oneof(near(typed), hostileText),
  (text) => {
    const code = parseActivationCode(text)
    const written = formatActivationCode(code)
    expect(written).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/)
    expect(parseActivationCode(written)).toEqual(code)
    expect(text.replace(/[\s-]/g, '')).toHaveLength(20)
  },
)

const problem = problemOf(new HoldfastError('replayed', { reference: 'r-1' }), 401)
const bodies = nearJson(problem).map((value) => JSON.stringify(value))
property(
  'problem: a code of the table, or none of ours',
  fc.oneof(bodies, near(bodies), hostileText),
  (body) => {
    const error = parseProblem(body)
    if (error === null) return false
    expect(JSON.parse(body)).toMatchObject({ code: error.code })
    return true
  },
)
