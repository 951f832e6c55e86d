import { type ApprovalProof, fromBase64url, parseApprovalProof } from '@holdfast/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { defaultPolicy } from '@holdfast/server'
import {
  approving,
  type Asked,
  claiming,
  demanding,
  paid,
  pay,
  transferRoutes,
  claimsOf,
  signedBy,
} from '../test/approvals.ts'
import { otherPasscode, passcode, type SecuredOptions, wait, wrongPasscode } from '../test/factor.ts'
import { codeOf, sentTo } from '../test/rig.ts'
import type { Approve } from './approval.ts'
import type { PresencePort } from './ports.ts'
import type { Factor } from './prompt.ts'

const finger = { presence: true } as const
const logins = '/holdfast/passcode/logins'
/** One after the other; then no. */
const answering =
  (...factors: Array<Factor | null>): Approve =>
  async () =>
    factors.shift() ?? null

async function withFinger(answer: Approve, options?: SecuredOptions): Promise<Asked> {
  const all = await approving(answer, options)
  await all.session.enablePresence()
  return all
}

/** Proofs as they were sent, each once. */
function proofs({ phone }: Asked): ApprovalProof[] {
  return phone.network.exchanges
    .filter(({ request }) => request.method === 'POST' && request.url.includes('/approvals/'))
    .map(({ request }) => parseApprovalProof(JSON.parse(new TextDecoder().decode(request.body))))
}

const statementOf = ({ evidence }: ApprovalProof): unknown =>
  JSON.parse(new TextDecoder().decode(fromBase64url(evidence.split('.')[1] ?? '')))

afterEach(() => void vi.restoreAllMocks())

describe('finger or face', () => {
  it('approves by its key, and the secret that comes with it is gone at once', async () => {
    const all = await withFinger(answering(finger))
    const { finger: sensor } = all.phone
    const prove = sensor.prove.bind(sensor)
    const secrets: Array<Uint8Array | null> = []
    vi.spyOn(sensor, 'prove').mockImplementation(async (label, input) => {
      const proved = await prove(label, input)
      secrets.push(proved.secret)
      return proved
    })
    expect((await pay(all)).status).toBe(200)
    expect(all.shown[0]?.acr).toBe('presence')
    const [proof] = proofs(all)
    expect(proof?.kind).toBe('key')
    expect(statementOf(proof as ApprovalProof)).toMatchObject({ approval: all.shown[0]?.id, acr: 'presence' })
    expect(secrets).toEqual([new Uint8Array(32)])
    expect(sentTo(all.phone, '/holdfast/presence/challenges')).toHaveLength(1)
  })

  it('is asked for again when it was not recognised', async () => {
    const all = await withFinger(answering(finger, finger))
    all.phone.finger.wrongFinger(1)
    expect((await pay(all)).status).toBe(200)
    expect(all.shown.map(({ refused, left }) => [refused, left])).toEqual([
      [undefined, undefined],
      ['presence_failed', undefined],
    ])
    expect(new Set(all.shown.map(({ id }) => id)).size).toBe(1)
  })

  it('may be given up for the passcode, which does as well', async () => {
    const all = await withFinger(answering(finger, { passcode }))
    all.phone.finger.wrongFinger(1)
    expect((await pay(all)).status).toBe(200)
    expect(proofs(all).map(({ kind }) => kind)).toEqual(['passcode'])
  })

  it('that is gone for good is no way to approve any more', async () => {
    const all = await withFinger(answering(finger))
    all.phone.finger.enrolFinger()
    expect(await codeOf(pay(all))).toBe('presence_unknown')
    expect((await all.client.condition()).state).toBe('presence_lost')
  })

  it('of a platform that only says yes approves nothing', async () => {
    const all = await withFinger(answering(finger))
    vi.spyOn(all.phone.finger, 'prove').mockResolvedValue({
      secret: null,
      proof: new Uint8Array(64),
    })
    expect(await codeOf(pay(all))).toBe('presence_refused')
    expect(paid(all)).toEqual([])
  })

  it('does not do where a passcode is demanded, and nobody is asked to touch anything', async () => {
    const all = await withFinger(answering(finger), { routes: transferRoutes('passcode') })
    const { prompts } = all.phone.finger
    await expect(pay(all)).rejects.toMatchObject({
      code: 'insufficient_user_authentication',
      demand: { acr: 'passcode' },
    })
    expect(all.shown[0]?.acr).toBe('passcode')
    expect([all.phone.finger.prompts - prompts, proofs(all), paid(all)]).toEqual([0, [], []])
  })

  it.each([
    ['none', undefined],
    ['another one', 'A'.repeat(43)],
  ])('is not offered where the service knows %s', async (_, presenceKey) => {
    const all = await withFinger(answering(finger))
    const { prompts } = all.phone.finger
    claiming(all, ({ presence_key: known, ...claims }) => {
      expect(known).toMatch(/^[\w-]{43}$/)
      return presenceKey === undefined ? claims : { ...claims, presence_key: presenceKey }
    })
    expect(await codeOf(pay(all))).toBe('insufficient_user_authentication')
    expect([all.shown[0]?.acr, all.phone.finger.prompts - prompts]).toEqual(['passcode', 0])
  })
})

describe('a passkey', () => {
  const credential = 'cGFzc2tleQ'
  type Proving = Parameters<PresencePort['prove']>[1]

  /** A device whose presence key is one, as far as the client can tell. */
  async function withPasskey(
    answer: Approve,
    id = credential,
  ): Promise<Asked & { readonly asked: Proving[] }> {
    const all = await withFinger(answer)
    const { storage, finger: sensor } = all.phone
    const name = (await storage.list('wraps '))[0] as string
    const record = JSON.parse((await storage.get(name)) as string)
    for (const way of record.ways) if (way.kind === 'presence') way.key = null
    await storage.put(name, JSON.stringify(record))
    const asked: Proving[] = []
    vi.spyOn(sensor, 'prove').mockImplementation(async (_, input) => {
      asked.push(input)
      return { secret: new Uint8Array(32).fill(7), proof: { id, type: 'public-key', response: {} } }
    })
    return { ...all, asked }
  }
  const options = { allowCredentials: [{ id: credential, type: 'public-key' }] }

  it('signs the digest of what a key would have signed, under its own id', async () => {
    const all = await withPasskey(answering(finger))
    demanding(all, (demand) => ({ ...demand, options }))
    await codeOf(pay(all))
    const [proof] = proofs(all)
    if (proof?.kind !== 'passkey') throw new TypeError('no passkey was sent')
    const [head = ''] = proof.evidence.split('.')
    expect(JSON.parse(new TextDecoder().decode(fromBase64url(head)))).toMatchObject({ kid: credential })
    expect(statementOf(proof)).toMatchObject({ approval: all.shown[0]?.id, acr: 'presence' })
    const digest = await all.phone.platform.crypto.sha256(new TextEncoder().encode(proof.evidence))
    expect(all.asked[0]?.challenge).toEqual(digest)
    expect(all.asked[0]?.options).toEqual(options)
    expect(proof.response['id']).toBe(credential)
  })

  it('of another id than the service named proves nothing', async () => {
    const all = await withPasskey(answering(finger), 'b3RoZXI')
    demanding(all, (demand) => ({ ...demand, options }))
    expect(await codeOf(pay(all))).toBe('answer_refused')
    expect([all.asked.length, proofs(all), paid(all)]).toEqual([1, [], []])
  })

  it('is not offered where the service has none of this device', async () => {
    const all = await withPasskey(answering(null))
    demanding(all, async (demand) => {
      const { presence_key: _, ...claims } = claimsOf(demand)
      return { ...demand, challenge: await signedBy(all.world, claims), options }
    })
    expect(await codeOf(pay(all))).toBe('approval_declined')
    expect([all.shown[0]?.acr, all.asked]).toEqual(['passcode', []])
  })

  it.each([
    ['no options', undefined],
    ['none of them', {}],
    ['an empty list', { allowCredentials: [] }],
    ['no list', { allowCredentials: 'all' }],
    ['no id', { allowCredentials: [{ type: 'public-key' }] }],
    ['an odd id', { allowCredentials: [{ id: 'a/b' }] }],
    ['nothing', { allowCredentials: [null] }],
  ])('is not offered where the service names %s', async (_, given) => {
    const all = await withPasskey(answering(null))
    demanding(all, ({ options: __, ...demand }) =>
      given === undefined ? demand : { ...demand, options: given },
    )
    expect(await codeOf(pay(all))).toBe('approval_declined')
    expect([all.shown[0]?.acr, all.asked]).toEqual(['passcode', []])
  })
})

describe('the passcode', () => {
  it('approves by a login of its own, and its keys are gone at once', async () => {
    const all = await approving(answering({ passcode }))
    const { crypto } = all.phone.platform
    const keys: Uint8Array[] = []
    const hkdf = crypto.hkdfSha256.bind(crypto)
    vi.spyOn(crypto, 'hkdfSha256').mockImplementation((key, ...rest) => {
      if (key.length === 64) keys.push(key)
      return hkdf(key, ...rest)
    })
    expect((await pay(all)).status).toBe(200)
    const [proof] = proofs(all)
    expect(proof?.kind).toBe('passcode')
    expect(statementOf(proof as ApprovalProof)).toMatchObject({ approval: all.shown[0]?.id, acr: 'passcode' })
    // The service is in this process, too, and its keys are its own.
    expect(keys[0]).toEqual(new Uint8Array(64))
    const started = sentTo(all.phone, logins).at(-1)
    expect(JSON.parse(new TextDecoder().decode(started?.body))).toMatchObject({ approval: all.shown[0]?.id })
    expect(sentTo(all.phone, `${logins}/${proof?.kind === 'passcode' ? proof.login : ''}`)).toEqual([])
  })

  it('approves where the device key lies under it as well', async () => {
    const all = await approving(answering({ passcode }), { hardware: false })
    expect((await pay(all)).status).toBe(200)
  })

  it('is asked for again while it is wrong, with the tries that are left', async () => {
    const wrong = { passcode: wrongPasscode }
    const all = await approving(answering(wrong, wrong, { passcode }))
    expect((await pay(all)).status).toBe(200)
    expect(all.shown.map(({ refused, left }) => [refused, left])).toEqual([
      [undefined, undefined],
      ['passcode_refused', 4],
      ['passcode_refused', 3],
    ])
    expect(new Set(all.shown.map(({ id }) => id)).size).toBe(1)
    expect(await all.client.condition()).toEqual({ state: 'open', until: null, left: null })
  })

  it('that stays wrong is heard of, and can be given up', async () => {
    const all = await approving(answering({ passcode: wrongPasscode }, null))
    expect(await codeOf(pay(all))).toBe('approval_declined')
    const { left } = await all.client.condition()
    expect([left, proofs(all), paid(all)]).toEqual([4, [], []])
  })

  it('is locked here as everywhere', async () => {
    const all = await approving(async () => ({ passcode: wrongPasscode }))
    await expect(pay(all)).rejects.toMatchObject({ code: 'passcode_locked', retryAfter: 60 })
    expect(all.shown.map(({ left }) => left)).toEqual([undefined, 4, 3, 2, 1, 0])
    expect((await all.client.condition()).state).toBe('waiting')
    expect(paid(all)).toEqual([])
  })

  describe('that was just changed', () => {
    async function between(answer: Approve, options: SecuredOptions = {}): Promise<Asked> {
      const all = await approving(answer, options)
      // The disk takes the new wrap, and the service never hears of the session.
      all.phone.network.dropRequest(Number.POSITIVE_INFINITY, ({ url }) => url.endsWith('/token'))
      expect(await codeOf(all.session.setPasscode(otherPasscode))).toBe('network_unreachable')
      all.phone.network.calm()
      return all
    }

    it('is tried in both ways, the newer first', async () => {
      const all = await between(answering({ passcode }))
      const before = sentTo(all.phone, logins).length
      expect((await pay(all)).status).toBe(200)
      expect(sentTo(all.phone, logins).length - before).toBe(2)
      expect(all.shown).toHaveLength(1)
    })

    it('approves nothing while the service waits for its first session, and can be asked for again', async () => {
      const all = await between(answering({ passcode: otherPasscode }, { passcode }))
      expect((await pay(all)).status).toBe(200)
      expect(all.shown.map(({ refused }) => refused)).toEqual([undefined, 'passcode_refused'])
      expect(proofs(all)).toHaveLength(2)
    })

    it('leaves a try for the other one after the lock', async () => {
      const policy = { passcode: { ...defaultPolicy.passcode, tries: 1, lockSeconds: [60, 60] } }
      const all = await between(async () => ({ passcode }), { policy })
      expect(await codeOf(pay(all))).toBe('passcode_locked')
      wait(all.world)
      const before = sentTo(all.phone, logins).length
      expect((await pay(all)).status).toBe(200)
      expect(sentTo(all.phone, logins).length - before).toBe(1)
    })
  })

  it('of no octets is a misuse', async () => {
    const all = await approving(answering({ passcode: '' }))
    await expect(pay(all)).rejects.toThrow(TypeError)
  })
})
