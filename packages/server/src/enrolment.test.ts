import { activationProof, checkPhrase, HoldfastError } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  beginRequest,
  bindPhone,
  confirmRequest,
  createKey,
  createStage,
  digitsOf,
  fifty,
  issue,
  origin,
  payloadOf,
  refusal,
  type Sent,
  send,
  sendTo,
  type Stage,
  tally,
  user,
} from '../test/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})

const begin = ({ head, json }: Sent) => stage.enrolment.begin(head, json)
const actions = async () =>
  (await stage.deployment.store.readAudit({ limit: 500 })).map(({ action }) => action)

describe('begin', () => {
  test('answers with an offer over the transcript and sends the text', async () => {
    const request = await beginRequest(stage, { code: await issue(stage) })
    const { enrolment } = await begin(request)
    const offer = payloadOf(enrolment)
    expect(offer).toMatchObject({ iss: origin, transcript: request.transcript, sent_to: '…42' })
    expect(offer['exp']).toBe(stage.deployment.clock.now() / 1000 + 600)
    expect(stage.sent).toHaveLength(1)
    expect(stage.sent[0]?.to).toBe(sendTo)
    expect(stage.sent[0]?.text).toContain(`"${checkPhrase(request.transcript)}"`)
    expect(stage.sent[0]?.text).toContain('api.bank.example')
    expect(stage.sent[0]?.text).toContain('Never tell it to anyone')
  })

  test('the text holds no word the requester chose', async () => {
    const name = 'call 0900 666 now'
    await begin(await beginRequest(stage, { code: await issue(stage), name }))
    expect(stage.sent[0]?.text).not.toContain('0900')
  })

  test('takes the transcript of the next service key: a statement from after a rotation', async () => {
    const serviceKey = stage.deployment.keys.servicePins()[1] as string
    const request = await beginRequest(stage, { code: await issue(stage), serviceKey })
    expect(payloadOf(await begin(request).then(({ enrolment }) => enrolment))).toMatchObject({
      transcript: request.transcript,
    })
  })

  test('every fault of the activation is the same refusal', async () => {
    const wrongProof = 'A'.repeat(43)
    const code = await issue(stage)
    expect(await refusal(begin(await beginRequest(stage, { code: '0000-0000-0000-0000-0000' })))).toBe(
      'activation_refused',
    )
    expect(await refusal(begin(await beginRequest(stage, { code, proof: wrongProof })))).toBe(
      'activation_refused',
    )
    const stranger = (await createKey()).thumbprint
    expect(await refusal(begin(await beginRequest(stage, { code, serviceKey: stranger })))).toBe(
      'activation_refused',
    )
    await begin(await beginRequest(stage, { code }))
    expect(await refusal(begin(await beginRequest(stage, { code })))).toBe('activation_refused')
    const late = await issue(stage)
    stage.pass(601)
    expect(await refusal(begin(await beginRequest(stage, { code: late })))).toBe('activation_refused')
    expect(stage.sent).toHaveLength(1)
  })

  test('a challenge counts once, belongs to this service, and ends', async () => {
    const { challenge } = await stage.enrolment.challenge('192.0.2.1')
    const code = await issue(stage)
    await begin(await beginRequest(stage, { code, challenge }))
    const second = await issue(stage)
    expect(await refusal(begin(await beginRequest(stage, { code: second, challenge })))).toBe(
      'activation_refused',
    )
    const forged = `${challenge.slice(0, -1)}${challenge.endsWith('A') ? 'B' : 'A'}`
    expect(await refusal(begin(await beginRequest(stage, { code: second, challenge: forged })))).toBe(
      'activation_refused',
    )
    const late = (await stage.enrolment.challenge('192.0.2.1')).challenge
    stage.pass(300)
    expect(await refusal(begin(await beginRequest(stage, { code: second, challenge: late })))).toBe(
      'activation_refused',
    )
    // None of these spent a try of the code.
    await begin(await beginRequest(stage, { code: second }))
  })

  test('five wrong proofs use a code up, however parallel they come', async () => {
    const code = await issue(stage)
    const wrong = await Promise.all(fifty(() => beginRequest(stage, { code, proof: 'A'.repeat(43) })))
    expect(await tally(wrong.map(begin))).toEqual({ activation_refused: 50 })
    expect((await actions()).filter((action) => action === 'activation.refused')).toHaveLength(5)
    expect(await refusal(begin(await beginRequest(stage, { code })))).toBe('activation_refused')
  })

  test('of fifty phones with one code one gets the enrolment, and one text leaves', async () => {
    stage = await createStage({ activation: { lifeSeconds: 600, tries: 50 } })
    const code = await issue(stage)
    const racers = await Promise.all(fifty(() => beginRequest(stage, { code })))
    expect(await tally(racers.map(begin))).toEqual({ none: 1, activation_refused: 49 })
    expect(stage.sent).toHaveLength(1)
  })

  test('a proof made for one key does not bind another: who ends TLS cannot exchange the key', async () => {
    const code = await issue(stage)
    const honest = await beginRequest(stage, { code })
    const thief = await createKey()
    const json = { ...(honest.json as object), device_key: thief.jwk }
    const stolen = await send(stage, thief, { method: 'POST', target: '/holdfast/enrolments', json })
    expect(await refusal(begin(stolen))).toBe('activation_refused')
  })

  test('the key in the body must be the one that signed', async () => {
    const honest = await beginRequest(stage, { code: await issue(stage) })
    const thief = await createKey()
    const { json } = honest
    const resigned = await send(stage, thief, { method: 'POST', target: '/holdfast/enrolments', json })
    expect(await refusal(begin(resigned))).toBe('signature_invalid')
  })

  test('a bound key is not bound again, and the code stays usable', async () => {
    const { key } = await bindPhone(stage)
    const code = await issue(stage)
    expect(await refusal(begin(await beginRequest(stage, { code, key })))).toBe('activation_refused')
    await begin(await beginRequest(stage, { code }))
  })

  test('malformed bodies are refused', async () => {
    const { head, json } = await beginRequest(stage, { code: await issue(stage) })
    for (const body of [
      null,
      [],
      {},
      { ...(json as object), more: 1 },
      { ...(json as object), name: 'a\nb' },
    ]) {
      expect(await refusal(stage.enrolment.begin(head, body))).toBe('bad_request')
    }
  })

  test('a signature too old is refused', async () => {
    const request = await beginRequest(stage, { code: await issue(stage) })
    stage.pass(61)
    expect(await refusal(begin(request))).toBe('signature_expired')
  })
})

describe('repetition of begin', () => {
  test('the same bytes get the same answer for ten minutes', async () => {
    const request = await beginRequest(stage, { code: await issue(stage) })
    const first = await begin(request)
    stage.pass(9 * 60)
    expect(await begin(request)).toEqual(first)
    stage.pass(2 * 60)
    expect(await refusal(begin(request))).toBe('signature_expired')
  })

  test('twins at the same time get the same answer', async () => {
    const request = await beginRequest(stage, { code: await issue(stage) })
    const answers = await Promise.all(fifty(() => begin(request)))
    expect(new Set(answers.map(({ enrolment }) => enrolment)).size).toBe(1)
    expect(stage.sent).toHaveLength(1)
  })

  test('a sender that fails leaves the enrolment repeatable: same digits, and not for ever', async () => {
    let broken = true
    const texts: string[] = []
    const outbox = {
      async send({ text }: { text: string }): Promise<void> {
        texts.push(text)
        if (broken) throw new Error('no carrier')
      },
    }
    stage = await createStage({}, { outbox })
    const request = await beginRequest(stage, { code: await issue(stage) })
    expect(await refusal(begin(request))).toBe('outbox_unavailable')
    broken = false
    const { enrolment } = await begin(request)
    for (let i = 0; i < 9; i++) await begin(request)
    expect(texts).toHaveLength(5)
    expect(new Set(texts).size).toBe(1)
    const { enrolment: id } = payloadOf(enrolment)
    const confirmation = await confirmRequest(
      stage,
      request.key,
      id,
      digitsOf({ to: '', text: texts[0] ?? '' }),
    )
    await stage.enrolment.confirm(confirmation.head, id, confirmation.json)
    expect(await actions()).toContain('enrolment.text_failed')
  })

  test('no text leaves for an enrolment that is complete', async () => {
    const request = await beginRequest(stage, { code: await issue(stage) })
    const { enrolment } = await begin(request)
    const { enrolment: id } = payloadOf(enrolment)
    const confirmation = await confirmRequest(stage, request.key, id, digitsOf(stage.sent[0]))
    await stage.enrolment.confirm(confirmation.head, id, confirmation.json)
    expect(await begin(request)).toEqual({ enrolment })
    expect(stage.sent).toHaveLength(1)
  })
})

test('strangers are limited by address, all three calls together', async () => {
  stage = await createStage({ anonymousPerMinute: 3 })
  const code = await issue(stage)
  const request = await beginRequest(stage, { code }) // asks for a challenge
  const { enrolment } = await begin(request)
  const { enrolment: id } = payloadOf(enrolment)
  const { head, json } = await confirmRequest(stage, request.key, id, digitsOf(stage.sent[0]))
  await stage.enrolment.confirm(head, id, json)
  const limited = await stage.enrolment.challenge('192.0.2.1').catch((error: unknown) => error)
  expect(limited).toBeInstanceOf(HoldfastError)
  expect(limited).toMatchObject({ code: 'rate_limited', retryAfter: 60 })
  await stage.enrolment.challenge('192.0.2.2')
  stage.pass(60)
  await stage.enrolment.challenge('192.0.2.1')
})

test('the store never sees the code, its proof key or the digits', async () => {
  const seen: string[] = []
  const { store } = stage.deployment
  const spied = new Proxy(store, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver)
      if (typeof member !== 'function') return member
      return (...input: unknown[]): unknown => {
        seen.push(JSON.stringify(input))
        return Reflect.apply(member, target, input)
      }
    },
  })
  stage = await createStage({}, { store: spied })
  const code = await issue(stage)
  const request = await beginRequest(stage, { code })
  await begin(request)
  const written = seen.join('\n')
  expect(written).toContain(user)
  expect(written).not.toContain(code.replaceAll('-', '').slice(8))
  expect(written).not.toMatch(new RegExp(`\\b${digitsOf(stage.sent[0])}\\b`))
})

test('the proof key is the one the code gives: a proof by its characters alone is none', async () => {
  const code = await issue(stage)
  const secret = new TextEncoder().encode(code.replaceAll('-', '').slice(8))
  const key = await createKey()
  const { challenge } = await stage.enrolment.challenge('192.0.2.1')
  const transcript = {
    deviceKey: key.thumbprint,
    serviceKey: stage.deployment.keys.service().kid,
    issuer: origin,
    challenge,
    platform: 'testing',
    name: 'Maria’s phone',
  }
  const proof = await activationProof(secret, transcript, nodeCrypto)
  expect(await refusal(begin(await beginRequest(stage, { code, key, challenge, proof })))).toBe(
    'activation_refused',
  )
})
