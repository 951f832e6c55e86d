/** The service's half of OPAQUE as its library does it and nothing else: the least a login can cost. */

import { client, ready, server } from '@serenity-kit/opaque'
import { passcode } from './enrol.ts'
import type { Acts } from './order.ts'
import { timeEach } from './times.ts'

/** For one phone again and again. */
export async function libraryActs(): Promise<Acts> {
  await ready
  const password = passcode
  const serverSetup = server.createSetup()
  const userIdentifier = 'record'
  const keyStretching = { 'argon2id-custom': { memory: 8, iterations: 1, parallelism: 1 } }
  const registering = client.startRegistration({ password })
  const { registrationResponse } = server.createRegistrationResponse({
    serverSetup,
    userIdentifier,
    registrationRequest: registering.registrationRequest,
  })
  const { registrationRecord } = client.finishRegistration({
    password,
    clientRegistrationState: registering.clientRegistrationState,
    registrationResponse,
    keyStretching,
  })
  const { clientLoginState, startLoginRequest } = client.startLogin({ password })
  const given = { serverSetup, userIdentifier, registrationRecord, startLoginRequest }
  const begin = async () => server.startLogin(given)
  const { serverLoginState, loginResponse } = await begin()
  const login = client.finishLogin({ password, clientLoginState, loginResponse, keyStretching })
  if (login === undefined) throw new Error('the passcode is not the passcode')
  const finish = { serverLoginState, finishLoginRequest: login.finishLoginRequest }
  return {
    'first message': ({ durationMs }) => timeEach(durationMs, begin),
    'last message': ({ durationMs }) => timeEach(durationMs, async () => server.finishLogin(finish)),
  }
}
