/**
 * The logic of core and client in the engine of React Native: the suites themselves, and a session. Native modules run on phones alone.
 * Half a minute: all signatures of Wycheproof are verified by an engine without a compiler.
 */
import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { outsideVectors } from '../../../core/test/outside-vectors.ts'
import { createWorld, digits } from '../rig.ts'
import { recording } from './exchanges.ts'
import { hermes, type Machine, text } from './machine.ts'
import { session } from './session.ts'

const machine = hermes()
const title = typeof machine === 'string' ? `Hermes: SKIPPED: ${machine}` : 'Hermes'
const run = (data: Readonly<Record<string, unknown>>): Promise<unknown[]> => (machine as Machine).run(data)

/** Vectors of others, as far as they are here. */
function outside(): Record<string, Record<string, unknown>> {
  const files = {
    wycheproof: [
      'ecdsa_secp256r1_sha256_p1363_test.json.gz',
      'hmac_sha256_test.json.gz',
      'hkdf_sha256_test.json.gz',
      'aes_gcm_test.json.gz',
    ],
    'rfc9807-opaque': ['vectors.json'],
    'rfc9421-appendix-b': ['vectors.json'],
  }
  return Object.fromEntries(
    Object.entries(files)
      .map(([set, names]) => [set, names, outsideVectors(set)] as const)
      .filter(([, , { absent }]) => !absent)
      .map(([set, names, vectors]) => [
        set,
        Object.fromEntries(names.map((name) => [name, vectors.read(name)])),
      ]),
  )
}

type Line = {
  readonly suite: string
  readonly name: string
  readonly error?: string | null
  readonly left?: string
  readonly finished?: number
}

/** Vectors of ours by their names. */
function ours(): Record<string, string> {
  const names = readdirSync(new URL('../../../../vectors', import.meta.url))
  return Object.fromEntries(
    names.filter((name) => name.endsWith('.json')).map((name) => [name, text(`vectors/${name}`)]),
  )
}

/** On Node, with a real service; then what was recorded is played back to the VM. */
async function sessions(): Promise<{ seen: unknown[]; replayed: unknown[]; exchanges: number }> {
  const world = await createWorld({ deployment: { sealing: { suites: ['x-wing', 'x25519'] } } })
  const activationCode = await world.activationCode()
  const given = { origin: world.origin, trust: world.pins, activationCode }
  const { network, exchanges } = recording(world.network)
  const seen = await session(given, network, () => digits(world))
  const replayed = await run({ recording: { ...given, digits: digits(world), exchanges } })
  return { seen, replayed, exchanges: exchanges.length }
}

describe.skipIf(typeof machine === 'string')(title, () => {
  let lines: Line[]
  let played: Awaited<ReturnType<typeof sessions>>
  beforeAll(async () => {
    const suites = run({ files: ours(), outside: outside() }) as Promise<Line[]>
    ;[lines, played] = await Promise.all([suites, sessions()])
  }, 600_000)

  it.each([
    ['core: vectors', 350],
    ['core: sealed vectors', 70],
    ['core: approval vectors', 20],
    ['core: crypto', 16],
  ])('%s', (suite, least) => {
    const ran = lines.filter((line) => line.suite === suite && line.error !== undefined)
    expect(ran.filter(({ error }) => error !== null)).toEqual([])
    expect(ran.length).toBeGreaterThanOrEqual(least)
  })

  it.each([
    ['core: crypto', 'wycheproof', 20],
    ['core: RFC 9421', 'rfc9421-appendix-b', 1],
    ['client: RFC 9807', 'rfc9807-opaque', 8],
  ])('%s, with what others wrote', (suite, set, least) => {
    const ran = lines.filter((line) => line.suite === suite && line.error !== undefined)
    expect(ran.filter(({ error }) => error !== null)).toEqual([])
    if (!outsideVectors(set).absent) expect(ran.length).toBeGreaterThanOrEqual(least)
  })

  it('ends with everything run but what makes the vectors', () => {
    const count = lines.filter(({ error }) => error !== undefined).length
    expect(lines.at(-1)).toEqual({ finished: count })
    expect(lines.filter(({ left }) => left !== undefined).map(({ name }) => name)).toEqual([
      'vectors/generate.mjs',
    ])
  })

  it('runs a session as Node does: the same octets out, the same answers in', () => {
    const { seen, replayed, exchanges } = played
    const any: unknown = expect.anything()
    const [refused, wrong] = ['insufficient_user_authentication', 'passcode_refused']
    expect(seen).toEqual(['new', any, 'enrolled', any, any, any, any, refused, wrong, 'locked', 'dark', 200])
    expect(replayed).toEqual([{ seen, left: 0 }])
    expect(exchanges).toBeGreaterThan(20)
  })
})
