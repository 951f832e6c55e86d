import { beforeEach, describe, expect, it } from 'vitest'
import { codeOf, createWorld, digits, enrolled, forged, sentTo, to, type World } from '../test/rig.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})

const deviceName = 'Test phone'
const enrolments = '/holdfast/enrolments'
const confirming = (request: { url: string }): boolean => request.url.endsWith('/confirm')

describe('enrolment', () => {
  it('binds the device, and shows the words of the text message', async () => {
    const phone = world.phone()
    const client = world.client(phone)
    expect(await client.status()).toBe('new')
    const pending = await client.enrol({ activationCode: await world.activationCode(), deviceName })
    expect(await client.status()).toBe('enrolling')
    expect(pending.sentTo).toBe('…42')
    expect(world.texts.at(-1)).toContain(pending.checkPhrase)
    const bound = await pending.confirm(digits(world))
    expect(bound).toMatchObject({ phase: 'enrolled', user: 'ann' })
    expect(await client.status()).toBe('enrolled')
    expect(phone.keystore.labels).toHaveLength(1)
    expect(await codeOf(client.enrol({ activationCode: 'x', deviceName }))).toBe('already_enrolled')
    expect(await client.resumeEnrolment()).toEqual(bound)
  })

  it('sends neither the secret of the code nor anything derived but its proof', async () => {
    const phone = world.phone()
    const code = await world.activationCode()
    await world.client(phone).enrol({ activationCode: code, deviceName })
    const secret = code.replaceAll('-', '').slice(8)
    const wire = phone.network.exchanges.map(
      ({ request }) => request.url + new TextDecoder().decode(request.body),
    )
    expect(wire.join()).not.toContain(secret)
    expect(wire.join()).toContain(code.replaceAll('-', '').slice(0, 8))
  })

  it('takes the code as people type it, and refuses a mistyped one before anything is sent', async () => {
    const phone = world.phone()
    const client = world.client(phone)
    expect(await codeOf(client.enrol({ activationCode: 'ABCD', deviceName }))).toBe(
      'activation_code_malformed',
    )
    expect(phone.network.exchanges).toHaveLength(0)
    const typed = (await world.activationCode()).toLowerCase().replaceAll('-', ' ')
    expect((await client.enrol({ activationCode: typed, deviceName })).phase).toBe('enrolling')
  })

  it('asks for the statement anew: the service key it knew may have been retired', async () => {
    const phone = world.phone()
    const client = world.client(phone)
    expect(await codeOf(client.enrol({ activationCode: '0000-0000-0000-0000-0000', deviceName }))).toBe(
      'activation_refused',
    )
    await client.enrol({ activationCode: await world.activationCode(), deviceName })
    expect(sentTo(phone, '/.well-known/holdfast')).toHaveLength(2)
  })

  it('leaves no key behind for a name the service would not take', async () => {
    const phone = world.phone()
    const activationCode = await world.activationCode()
    expect(await codeOf(world.client(phone).enrol({ activationCode, deviceName: 'a\nb' }))).toBe(
      'bad_request',
    )
    expect(phone.keystore.labels).toHaveLength(0)
  })

  it('ends with a signed activation_refused: record and key are gone', async () => {
    const phone = world.phone()
    const client = world.client(phone)
    const activationCode = '0000-0000-0000-0000-0000'
    expect(await codeOf(client.enrol({ activationCode, deviceName }))).toBe('activation_refused')
    expect(await client.status()).toBe('new')
    expect(phone.keystore.labels).toHaveLength(0)
  })

  it('does not end with one nobody signed', async () => {
    const phone = world.phone()
    const client = world.client(phone)
    phone.network.forge(to(enrolments), forged('activation_refused', 403))
    const refusal = client.enrol({ activationCode: await world.activationCode(), deviceName })
    await expect(refusal).rejects.toMatchObject({
      code: 'unverified_refusal',
      cause: { code: 'activation_refused' },
    })
    expect(await client.status()).toBe('enrolling')
    phone.network.calm()
    const pending = await client.resumeEnrolment()
    expect(pending.phase).toBe('enrolling')
  })

  it('lets the user type the text again when it was wrong', async () => {
    const client = world.client(world.phone())
    const pending = await client.enrol({ activationCode: await world.activationCode(), deviceName })
    const right = digits(world)
    const wrong = right === '000000' ? '000001' : '000000'
    expect(await codeOf(pending.confirm(wrong))).toBe('one_time_text_refused')
    expect(await codeOf(pending.confirm('12 34'))).toBe('one_time_text_refused')
    expect(await client.status()).toBe('enrolling')
    expect(await pending.confirm(right)).toMatchObject({ phase: 'enrolled' })
  })

  it('spends no further try on a wrong text when the app starts again', async () => {
    const phone = world.phone()
    const pending = await world
      .client(phone)
      .enrol({ activationCode: await world.activationCode(), deviceName })
    const right = digits(world)
    expect(await codeOf(pending.confirm(right === '000000' ? '000001' : '000000'))).toBe(
      'one_time_text_refused',
    )
    const resumed = await world.client(phone).resumeEnrolment()
    expect(resumed.phase).toBe('enrolling')
    expect(phone.network.exchanges.map(({ request }) => request).filter(confirming)).toHaveLength(1)
  })

  it('ends when the device was removed before it heard that it was bound', async () => {
    const phone = world.phone()
    const client = world.client(phone)
    const pending = await client.enrol({ activationCode: await world.activationCode(), deviceName })
    phone.network.loseAnswer(4, confirming)
    expect(await codeOf(pending.confirm(digits(world)))).toBe('network_unreachable')
    const other = await (await enrolled(world)).unlock()
    for (const { id } of (await other.devices()).filter((device) => !device.this))
      await other.removeDevice(id)
    expect(await codeOf(client.resumeEnrolment())).toBe('device_revoked')
    expect(await client.status()).toBe('new')
    expect(phone.keystore.labels).toHaveLength(0)
  })

  it('refuses the answer to another phone', async () => {
    const other = world.phone()
    await world.client(other).enrol({ activationCode: await world.activationCode(), deviceName })
    const theirs = other.network.exchanges.find(({ request }) => to(enrolments)(request))
    const phone = world.phone()
    phone.network.forge(to(enrolments), { status: 200, fields: [], body: theirs?.answerBody as Uint8Array })
    const activationCode = await world.activationCode()
    expect(await codeOf(world.client(phone).enrol({ activationCode, deviceName }))).toBe('answer_refused')
  })
})

describe('enrolment on a bad line', () => {
  it.each([1, 2, 3])(
    'sends the same bytes again when %i answers of the first step are lost',
    async (times) => {
      const phone = world.phone()
      phone.network.loseAnswer(times, to(enrolments))
      const pending = await world
        .client(phone)
        .enrol({ activationCode: await world.activationCode(), deviceName })
      const sent = sentTo(phone, enrolments)
      expect(sent).toHaveLength(times + 1)
      for (const request of sent) expect(request).toEqual(sent[0])
      expect(await pending.confirm(digits(world))).toMatchObject({ phase: 'enrolled' })
    },
  )

  it.each([1, 2, 3])('and when %i answers of the second are', async (times) => {
    const phone = world.phone()
    const client = world.client(phone)
    const pending = await client.enrol({ activationCode: await world.activationCode(), deviceName })
    phone.network.loseAnswer(times, confirming)
    expect(await pending.confirm(digits(world))).toMatchObject({ phase: 'enrolled' })
    expect(await client.unlock()).toBeDefined()
  })

  it('is carried to its end although every single request is lost once on its way and once on the way back', async () => {
    const phone = world.phone()
    const seen = new Map<string, number>()
    const twice = (request: { url: string }, nth: number): boolean => {
      const path = new URL(request.url).pathname
      return (seen.get(path) ?? 0) === nth && seen.set(path, nth + 1) !== undefined
    }
    phone.network.dropRequest(100, (request) => twice(request, 0))
    phone.network.loseAnswer(100, (request) => twice(request, 1))
    const client = await enrolled(world, phone)
    expect(await client.status()).toBe('enrolled')
    expect(sentTo(phone, enrolments)).toHaveLength(3)
  })

  it('takes a delivery that arrives twice for one', async () => {
    const phone = world.phone()
    phone.network.duplicate(100)
    const client = await enrolled(world, phone)
    expect(await client.status()).toBe('enrolled')
  })

  it.each([
    ['before the service was reached', 'dropRequest'],
    ['after the service had answered', 'loseAnswer'],
  ] as const)('resumes the first step on a new client when the app died %s', async (_when, fault) => {
    const phone = world.phone()
    phone.network[fault](4, to(enrolments))
    const activationCode = await world.activationCode()
    expect(await codeOf(world.client(phone).enrol({ activationCode, deviceName }))).toBe(
      'network_unreachable',
    )
    const again = world.client(phone)
    expect(await again.status()).toBe('enrolling')
    const pending = await again.resumeEnrolment()
    if (pending.phase !== 'enrolling') throw new Error('not pending')
    expect(await pending.confirm(digits(world))).toMatchObject({ phase: 'enrolled' })
  })

  it.each([
    ['before the service was reached', 'dropRequest'],
    ['after the service had answered', 'loseAnswer'],
  ] as const)('resumes the second step on a new client when the app died %s', async (_when, fault) => {
    const phone = world.phone()
    const pending = await world
      .client(phone)
      .enrol({ activationCode: await world.activationCode(), deviceName })
    phone.network[fault](4, confirming)
    expect(await codeOf(pending.confirm(digits(world)))).toBe('network_unreachable')
    const again = world.client(phone)
    expect(await again.resumeEnrolment()).toMatchObject({ phase: 'enrolled', user: 'ann' })
    const sent = phone.network.exchanges.map(({ request }) => request).filter(confirming)
    for (const request of sent) expect(request).toEqual(sent[0])
  })

  it('settles a text whose fate is unknown before it sends another', async () => {
    const phone = world.phone()
    const client = world.client(phone)
    const pending = await client.enrol({ activationCode: await world.activationCode(), deviceName })
    phone.network.loseAnswer(4, confirming)
    expect(await codeOf(pending.confirm(digits(world)))).toBe('network_unreachable')
    expect(await pending.confirm('000000')).toMatchObject({ phase: 'enrolled' })
  })

  it('learns that a text was wrong although that answer was lost', async () => {
    const phone = world.phone()
    const client = world.client(phone)
    const pending = await client.enrol({ activationCode: await world.activationCode(), deviceName })
    const right = digits(world)
    phone.network.loseAnswer(1, confirming)
    expect(await codeOf(pending.confirm(right === '000000' ? '000001' : '000000'))).toBe(
      'one_time_text_refused',
    )
    expect(await pending.confirm(right)).toMatchObject({ phase: 'enrolled' })
  })

  it('signs the stored request anew when the phone was off for longer than a signature lives', async () => {
    const phone = world.phone()
    phone.network.dropRequest(4, to(enrolments))
    const activationCode = await world.activationCode()
    expect(await codeOf(world.client(phone).enrol({ activationCode, deviceName }))).toBe(
      'network_unreachable',
    )
    world.advance(120_000)
    expect((await world.client(phone).resumeEnrolment()).phase).toBe('enrolling')
  })

  it('does not sign anew on the word of an expiry the signed clock denies', async () => {
    const phone = world.phone()
    phone.network.forge(to(enrolments), forged('signature_expired'), 1)
    await world.client(phone).enrol({ activationCode: await world.activationCode(), deviceName })
    const sent = sentTo(phone, enrolments)
    expect(sent).toHaveLength(2)
    expect(sent[1]).toEqual(sent[0])
  })

  it.each([1, 2, 3])('survives a write to storage that fails (%i)', async (nth) => {
    const phone = world.phone()
    const client = world.client(phone)
    const put = phone.storage.put.bind(phone.storage)
    let writes = 0
    const storage = {
      ...phone.storage,
      put: (name: string, value: string): Promise<void> => {
        if (name.startsWith('device') && ++writes === nth) return Promise.reject(new Error('full'))
        return put(name, value)
      },
    }
    const crashing = world.client({ ...phone, platform: { ...phone.platform, storage } })
    const attempt = (async () => {
      const pending = await crashing.enrol({ activationCode: await world.activationCode(), deviceName })
      await pending.confirm(digits(world))
    })()
    expect(await codeOf(attempt)).toBe('state_unavailable')
    expect(await client.status()).toBe(nth === 1 ? 'new' : 'enrolling')
    if (nth === 1) return
    const resumed = await client.resumeEnrolment()
    if (resumed.phase === 'enrolling') await resumed.confirm(digits(world))
    expect(await client.status()).toBe('enrolled')
  })
})

describe('a record on the device', () => {
  it('that cannot be read is never taken for none', async () => {
    const phone = world.phone()
    const client = await enrolled(world, phone)
    const before = phone.snapshot()
    for (const attempt of [() => client.status(), () => client.unlock(), () => client.resumeEnrolment()]) {
      phone.storage.failReads(1)
      expect(await codeOf(attempt())).toBe('state_unavailable')
    }
    const activationCode = await world.activationCode()
    phone.storage.failReads(1)
    expect(await codeOf(client.enrol({ activationCode, deviceName }))).toBe('state_unavailable')
    expect(phone.snapshot()).toEqual(before)
    expect(await client.status()).toBe('enrolled')
  })

  it.each(['', '{}', '{"version":2}', 'null'])(
    'that reads %j is never taken for none, and can be forgotten',
    async (text) => {
      const phone = world.phone()
      const client = await enrolled(world, phone)
      const name = [...phone.snapshot().keys()].find((key) => key.startsWith('device')) as string
      await phone.storage.put(name, text)
      expect(await codeOf(client.status())).toBe('state_unavailable')
      expect(await codeOf(client.unlock())).toBe('state_unavailable')
      await client.forget()
      expect(await client.status()).toBe('new')
    },
  )

  it('of another tab wins: an enrolment that was replaced cannot be completed', async () => {
    const phone = world.phone()
    const [first, second] = [world.client(phone), world.client(phone)]
    const pending = await first.enrol({ activationCode: await world.activationCode(), deviceName })
    const text = digits(world)
    const newer = await second.enrol({ activationCode: await world.activationCode(), deviceName })
    expect(await codeOf(pending.confirm(text))).toBe('enrolment_refused')
    expect(await newer.confirm(digits(world))).toMatchObject({ phase: 'enrolled' })
    expect(await first.status()).toBe('enrolled')
    expect(phone.keystore.labels).toHaveLength(1)
  })
})
