/** RFC 9807 appendix C, the vectors of our suite, octet for octet. */
import { describe, expect, it } from 'vitest'
import { outsideVectors } from '../../core/test/outside-vectors.ts'
import { login } from '../src/opaque-login.ts'
import { register } from '../src/opaque-registration.ts'

type Hex<Name extends string> = Readonly<Record<Name, string>>
type Vector = {
  readonly config: Hex<'Context' | 'Fake' | 'Group' | 'OPRF' | 'KSF'>
  readonly inputs: Hex<
    | 'blind_login'
    | 'blind_registration'
    | 'client_keyshare_seed'
    | 'client_nonce'
    | 'envelope_nonce'
    | 'password'
    | 'server_public_key'
  > &
    Partial<Hex<'client_identity' | 'server_identity'>>
  readonly intermediates: Hex<'client_public_key'>
  readonly outputs: Hex<
    | 'KE1'
    | 'KE2'
    | 'KE3'
    | 'export_key'
    | 'registration_request'
    | 'registration_response'
    | 'registration_upload'
    | 'session_key'
  >
}

const vectors = outsideVectors('rfc9807-opaque')
const all = vectors.absent ? [] : (vectors.read('vectors.json') as readonly Vector[])
const ours = all.filter(({ config }) => config.Group === 'ristretto255')
const real = ours.filter(({ config }) => config.Fake === 'False')
const fake = ours.filter(({ config }) => config.Fake === 'True')

const octets = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Gives out what it was given, in that order, and nothing else. */
function draws(...values: readonly Uint8Array[]): (length: number) => Uint8Array {
  const left = [...values]
  return (length) => {
    const next = left.shift()
    if (next?.length !== length) throw new Error(`no ${length} octets are due`)
    return next
  }
}

/** The library takes 48 octets n, little-endian, and makes 1 + n mod (q - 1) of them: what makes it come to this blind. */
function drawFor(blind: string): Uint8Array {
  const bytes = octets(`${blind}${'00'.repeat(16)}`)
  for (let i = 0; ; i++) {
    const octet = bytes[i] as number
    bytes[i] = (octet + 255) & 255
    if (octet !== 0) return bytes
  }
}

/** Where a vector names no identities, the public keys are those. */
function settingOf({ config, inputs, intermediates }: Vector) {
  return {
    context: octets(config.Context),
    identities: {
      client: octets(inputs.client_identity ?? intermediates.client_public_key),
      server: octets(inputs.server_identity ?? inputs.server_public_key),
    },
    stretch: async (output: Uint8Array) => output.slice(),
    serverKey: octets(inputs.server_public_key),
  }
}

function loginOf({ inputs }: Vector, password = octets(inputs.password)) {
  const random = draws(
    drawFor(inputs.blind_login),
    octets(inputs.client_nonce),
    octets(inputs.client_keyshare_seed),
  )
  return login(password, random)
}

describe.skipIf(vectors.absent)(`RFC 9807 appendix C: ${vectors.title}`, () => {
  it('has the vectors this suite is about', () => {
    expect([real.length, fake.length]).toEqual([2, 1])
    for (const { config } of ours)
      expect([config.OPRF, config.KSF]).toEqual(['ristretto255-SHA512', 'Identity'])
  })

  it.each(real)('registers (vector $#)', async (vector) => {
    const { inputs, outputs } = vector
    const random = draws(drawFor(inputs.blind_registration), octets(inputs.envelope_nonce))
    const { request, finish } = register(octets(inputs.password), random)
    expect(hex(request)).toBe(outputs.registration_request)
    const { upload, exportKey } = await finish(octets(outputs.registration_response), settingOf(vector))
    expect(hex(upload)).toBe(outputs.registration_upload)
    expect(hex(exportKey)).toBe(outputs.export_key)
  })

  it.each(real)('logs in (vector $#)', async (vector) => {
    const { outputs } = vector
    const { ke1, finish } = loginOf(vector)
    expect(hex(ke1)).toBe(outputs.KE1)
    const { ke3, sessionKey, exportKey } = await finish(octets(outputs.KE2), settingOf(vector))
    expect(hex(ke3)).toBe(outputs.KE3)
    expect(hex(sessionKey)).toBe(outputs.session_key)
    expect(hex(exportKey)).toBe(outputs.export_key)
  })

  it.each(real)(
    'takes neither another context nor other identities for these (vector $#)',
    async (vector) => {
      const setting = settingOf(vector)
      const ke2 = octets(vector.outputs.KE2)
      const strange = { ...setting, context: octets('00') }
      await expect(loginOf(vector).finish(ke2, strange)).rejects.toMatchObject({ code: 'answer_refused' })
      const { client, server } = setting.identities
      const swapped = { ...setting, identities: { client: server, server: client } }
      await expect(loginOf(vector).finish(ke2, swapped)).rejects.toMatchObject({ code: 'passcode_refused' })
    },
  )

  it('cannot tell the answer for nobody (vector C.2) from one for a wrong password', async () => {
    const [vector, nobody] = [real[0] as Vector, fake[0] as Vector]
    const answer = octets(nobody.outputs.KE2)
    expect(answer).toHaveLength(octets(vector.outputs.KE2).length)
    const refused = { code: 'passcode_refused' }
    await expect(loginOf(vector).finish(answer, settingOf(vector))).rejects.toMatchObject(refused)
    const mistyped = loginOf(vector, octets('00'))
    await expect(mistyped.finish(octets(vector.outputs.KE2), settingOf(vector))).rejects.toMatchObject(
      refused,
    )
  })
})
