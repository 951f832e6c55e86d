/** Against @serenity-kit/opaque, what the service runs, both ways and at the real cost; then all that must be refused. */
import {
  fromBase64url,
  HoldfastError,
  keyStretching,
  opaqueBytes,
  opaqueIdentifiers,
  toBase64url,
  utf8,
} from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import * as serenity from '@serenity-kit/opaque'
import { beforeAll, describe, expect, it } from 'vitest'
import { type OpaqueOptions, startLogin, startRegistration } from './opaque.ts'
import { login } from './opaque-login.ts'
import { register } from './opaque-registration.ts'
import { nodeStretch } from './platforms/node/stretch.ts'
import { insecureFastStretch } from './platforms/testing/stretch.ts'
import type { Stretch } from './ports.ts'

const random = (length: number): Uint8Array => nodeCrypto.random(length)
const identifiers = opaqueIdentifiers('thumbprint-of-a-device-key', 'https://bank.example')
const record = 'record-one'
const passcode = '730185'

type Server = {
  readonly serverKey: Uint8Array
  register(request: Uint8Array): Uint8Array
  startLogin(upload: Uint8Array, ke1: Uint8Array): { ke2: Uint8Array; finish(ke3: Uint8Array): Uint8Array }
}

function createServer(): Server {
  const serverSetup = serenity.server.createSetup()
  return {
    serverKey: fromBase64url(serenity.server.getPublicKey(serverSetup)),
    register(request) {
      const said = { serverSetup, userIdentifier: record, registrationRequest: toBase64url(request) }
      return fromBase64url(serenity.server.createRegistrationResponse(said).registrationResponse)
    },
    startLogin(upload, ke1) {
      const { serverLoginState, loginResponse } = serenity.server.startLogin({
        serverSetup,
        userIdentifier: record,
        registrationRecord: toBase64url(upload),
        startLoginRequest: toBase64url(ke1),
        identifiers,
      })
      return {
        ke2: fromBase64url(loginResponse),
        finish(ke3) {
          const said = { serverLoginState, finishLoginRequest: toBase64url(ke3), identifiers }
          return fromBase64url(serenity.server.finishLogin(said).sessionKey)
        },
      }
    },
  }
}

let server: Server
let other: Server
beforeAll(async () => {
  await serenity.ready
  server = createServer()
  other = createServer()
})

const optionsFor = (stretch: Stretch): OpaqueOptions => ({
  identifiers,
  stretch,
  serverKey: server.serverKey,
})

async function registered(stretch: Stretch, typed = passcode) {
  const { request, finish } = startRegistration(typed, random)
  expect(request).toHaveLength(opaqueBytes.registrationRequest)
  return finish(server.register(request), optionsFor(stretch))
}

async function logIn(upload: Uint8Array, stretch: Stretch, typed = passcode) {
  const { ke1, finish } = startLogin(typed, random)
  const there = server.startLogin(upload, ke1)
  const here = await finish(there.ke2, optionsFor(stretch))
  return { ...here, agreed: there.finish(here.ke3) }
}

describe('with the implementation the service runs', () => {
  it('our registration and our login end in one session key', async () => {
    const { upload, exportKey } = await registered(nodeStretch)
    expect(upload).toHaveLength(opaqueBytes.registrationRecord)
    expect(exportKey).toHaveLength(opaqueBytes.exportKey)
    const result = await logIn(upload, nodeStretch)
    expect(result.ke3).toHaveLength(opaqueBytes.ke3)
    expect(result.sessionKey).toHaveLength(opaqueBytes.sessionKey)
    expect(result.agreed).toEqual(result.sessionKey)
    expect(result.exportKey).toEqual(exportKey)
  })

  it('its client logs in to what ours registered', async () => {
    const { upload, exportKey } = await registered(nodeStretch)
    const started = serenity.client.startLogin({ password: passcode })
    const there = server.startLogin(upload, fromBase64url(started.startLoginRequest))
    const finished = serenity.client.finishLogin({
      clientLoginState: started.clientLoginState,
      loginResponse: toBase64url(there.ke2),
      password: passcode,
      identifiers,
      keyStretching: 'memory-constrained',
    })
    if (finished === undefined) throw new Error('the envelope did not open')
    expect(toBase64url(there.finish(fromBase64url(finished.finishLoginRequest)))).toBe(finished.sessionKey)
    expect(finished.exportKey).toBe(toBase64url(exportKey))
  })

  it('ours logs in to what its client registered', async () => {
    const started = serenity.client.startRegistration({ password: passcode })
    const finished = serenity.client.finishRegistration({
      clientRegistrationState: started.clientRegistrationState,
      registrationResponse: toBase64url(server.register(fromBase64url(started.registrationRequest))),
      password: passcode,
      identifiers,
      keyStretching: 'memory-constrained',
    })
    const result = await logIn(fromBase64url(finished.registrationRecord), nodeStretch)
    expect(result.agreed).toEqual(result.sessionKey)
    expect(toBase64url(result.exportKey)).toBe(finished.exportKey)
  })
})

describe('the passcode', () => {
  it('opens nothing when it is another one, and no less so when nearly right', async () => {
    const { upload } = await registered(insecureFastStretch)
    for (const typed of ['730186', '730185 ', '073018', 'x'])
      await expect(logIn(upload, insecureFastStretch, typed)).rejects.toMatchObject({
        code: 'passcode_refused',
      })
  })

  it('is the same however the keyboard composes it, and its case and width count', async () => {
    const { upload } = await registered(insecureFastStretch, 'Über\u00e9tage')
    const result = await logIn(upload, insecureFastStretch, 'U\u0308bere\u0301tage')
    expect(result.agreed).toEqual(result.sessionKey)
    for (const typed of ['über\u00e9tage', '\uff35\u0308bere\u0301tage'])
      await expect(logIn(upload, insecureFastStretch, typed)).rejects.toMatchObject({
        code: 'passcode_refused',
      })
  })

  it('has 1 to 1024 octets', () => {
    for (const start of [startRegistration, startLogin]) {
      expect(() => start('', random)).toThrow(TypeError)
      expect(() => start('é'.repeat(513), random)).toThrow(TypeError)
      expect(() => start('é'.repeat(512), random)).not.toThrow()
    }
  })

  it('is stretched at the cost both ends agreed on', async () => {
    const asked: unknown[] = []
    await registered(async (password, salt, cost) => {
      asked.push([password.length, salt, cost])
      return insecureFastStretch(password, salt, cost)
    })
    expect(asked).toEqual([[64, new Uint8Array(16), keyStretching]])
  })
})

/** Offsets of the fields in KE2 (RFC 9807 section 6.1). */
const at = { evaluated: 0, maskingNonce: 32, masked: 64, serverNonce: 192, keyshare: 224, mac: 256 } as const

describe('an answer', () => {
  let upload: Uint8Array
  beforeAll(async () => {
    ;({ upload } = await registered(insecureFastStretch))
  })

  function answerTo(change: (ke2: Uint8Array) => Uint8Array, options: Partial<OpaqueOptions> = {}) {
    const { ke1, finish } = startLogin(passcode, random)
    const { ke2 } = server.startLogin(upload, ke1)
    return finish(change(ke2.slice()), { ...optionsFor(insecureFastStretch), ...options })
  }
  const put =
    (offset: number, octets: Uint8Array): ((ke2: Uint8Array) => Uint8Array) =>
    (ke2) => {
      ke2.set(octets, offset)
      return ke2
    }
  const flip = (offset: number) => (ke2: Uint8Array) =>
    put(offset, Uint8Array.of((ke2[offset] as number) ^ 1))(ke2)
  const element = (): Uint8Array => startRegistration('an element of the group', random).request

  it('opens when nobody touched it, so that what follows is refused for its own reason', async () => {
    await expect(answerTo((ke2) => ke2)).resolves.toHaveProperty('ke3')
  })

  it.each([
    ['is empty', () => new Uint8Array(0), 'answer_refused'],
    ['lacks an octet', (ke2: Uint8Array) => ke2.slice(1), 'answer_refused'],
    ['has one too many', (ke2: Uint8Array) => Uint8Array.of(...ke2, 0), 'answer_refused'],
    ['evaluated nothing', put(at.evaluated, new Uint8Array(32)), 'answer_refused'],
    ['evaluated what is no element', put(at.evaluated, new Uint8Array(32).fill(255)), 'answer_refused'],
    ['evaluated something else', (ke2: Uint8Array) => put(at.evaluated, element())(ke2), 'passcode_refused'],
    ['has another masking nonce', flip(at.maskingNonce), 'passcode_refused'],
    ['masks another server key', flip(at.masked), 'passcode_refused'],
    ['masks another envelope nonce', flip(at.masked + 32), 'passcode_refused'],
    ['masks another envelope tag', flip(at.masked + 127), 'passcode_refused'],
    ['has another server nonce', flip(at.serverNonce), 'answer_refused'],
    ['shares no key', put(at.keyshare, new Uint8Array(32)), 'answer_refused'],
    ['shares what is no element', put(at.keyshare, new Uint8Array(32).fill(255)), 'answer_refused'],
    ['shares another key', (ke2: Uint8Array) => put(at.keyshare, element())(ke2), 'answer_refused'],
    ['has another MAC', flip(at.mac), 'answer_refused'],
    ['has another end of the MAC', flip(319), 'answer_refused'],
  ] as const)('is refused that %s', async (_, change, code) => {
    const error = await answerTo(change).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'HoldfastError', code })
    // What the arithmetic says of its inputs stays below.
    expect(error).not.toHaveProperty('cause')
  })

  it('is refused when the statement names another server key', async () => {
    const refused = { code: 'answer_refused' }
    await expect(answerTo((ke2) => ke2, { serverKey: other.serverKey })).rejects.toMatchObject(refused)
    await expect(answerTo((ke2) => ke2, { serverKey: new Uint8Array(32) })).rejects.toMatchObject(refused)
  })

  it('is refused for another device and for another service', async () => {
    for (const strange of [
      opaqueIdentifiers('another-device', identifiers.server),
      opaqueIdentifiers(identifiers.client, 'https://bank.example.org'),
    ])
      await expect(answerTo((ke2) => ke2, { identifiers: strange })).rejects.toMatchObject({
        code: 'passcode_refused',
      })
  })

  it('to a registration is refused when malformed or of another server', async () => {
    const good = server.register(startRegistration(passcode, random).request)
    const of = (evaluated: Uint8Array, key: Uint8Array) => Uint8Array.of(...evaluated, ...key)
    const [evaluated, key] = [good.slice(0, 32), good.slice(32)]
    for (const bad of [
      good.slice(1),
      Uint8Array.of(...good, 0),
      of(new Uint8Array(32), key),
      of(new Uint8Array(32).fill(255), key),
      of(evaluated, other.serverKey),
      of(evaluated, new Uint8Array(32)),
    ]) {
      const { finish } = startRegistration(passcode, random)
      await expect(finish(bad, optionsFor(insecureFastStretch))).rejects.toMatchObject({
        code: 'answer_refused',
      })
    }
  })
})

describe('what is secret', () => {
  const setting = () => ({
    context: new Uint8Array(0),
    identities: { client: Uint8Array.of(1), server: Uint8Array.of(2) },
    serverKey: server.serverKey,
  })
  const isZero = (octets: Uint8Array): boolean => octets.every((octet) => octet === 0)

  it.each(['answered', 'refused'])('is zeroed once a registration is %s', async (outcome) => {
    const password = Uint8Array.from(Buffer.from(passcode))
    const seen: Uint8Array[] = [password]
    const stretch = async (output: Uint8Array): Promise<Uint8Array> => {
      seen.push(output)
      if (outcome === 'refused') throw new RangeError('no memory')
      const stretched = output.slice()
      seen.push(stretched)
      return stretched
    }
    const { request, finish } = register(password, (length) => {
      const drawn = random(length)
      // 48 octets become the blind; the envelope's nonce is public.
      if (length === 48) seen.push(drawn)
      return drawn
    })
    const finished = finish(server.register(request), { ...setting(), stretch })
    if (outcome === 'refused') await expect(finished).rejects.toThrow(RangeError)
    else await finished
    expect(seen).toHaveLength(outcome === 'refused' ? 3 : 4)
    expect(seen.every(isZero)).toBe(true)
  })

  it.each(['answered', 'refused', 'malformed'])('is zeroed once a login is %s', async (outcome) => {
    const { upload } = await registered(insecureFastStretch)
    const password = Uint8Array.from(Buffer.from(outcome === 'refused' ? '000000' : passcode))
    const drawn: Uint8Array[] = []
    const { ke1, finish } = login(password, (length) => {
      drawn.push(random(length))
      return drawn.at(-1) as Uint8Array
    })
    const { ke2 } = server.startLogin(upload, ke1)
    const outputs: Uint8Array[] = []
    const stretch = async (output: Uint8Array): Promise<Uint8Array> => {
      const stretched = await insecureFastStretch(output, new Uint8Array(16), keyStretching)
      outputs.push(output, stretched)
      return stretched
    }
    const identities = { client: utf8(identifiers.client), server: utf8(identifiers.server) }
    const finished = finish(outcome === 'malformed' ? ke2.slice(1) : ke2, {
      ...setting(),
      identities,
      stretch,
    })
    if (outcome === 'answered') await finished
    else await expect(finished).rejects.toBeInstanceOf(HoldfastError)
    const [blind, nonce, seed] = drawn as [Uint8Array, Uint8Array, Uint8Array]
    expect([password, blind, seed, ...outputs].every(isZero)).toBe(true)
    expect(outputs).toHaveLength(outcome === 'malformed' ? 0 : 2)
    expect(isZero(nonce)).toBe(false)
  })

  it('serves one answer: a second is a mistake of the caller', async () => {
    const { request, finish } = startRegistration(passcode, random)
    const response = server.register(request)
    await finish(response, optionsFor(insecureFastStretch))
    await expect(finish(response, optionsFor(insecureFastStretch))).rejects.toThrow(TypeError)
  })
})
