import { decode } from 'cborg'
import { describe, expect, it } from 'vitest'
import { testKey } from '../test/keys.ts'
import { outcome, outcomeOf } from '../test/refusal.ts'
import { checkWords } from './check-words.ts'
import { nodeCrypto } from './crypto/node.ts'
import {
  activationProof,
  type BoundDevice,
  checkPhrase,
  type EnrolmentAnswerTrust,
  type EnrolmentOffer,
  type EnrolmentTranscript,
  encodeTranscript,
  openBound,
  openOffer,
  parseEnrolmentConfirmation,
  parseEnrolmentRequest,
  signBound,
  signOffer,
  transcriptHash,
} from './enrolment.ts'
import { signJws } from './jws.ts'

const transcript: EnrolmentTranscript = {
  deviceKey: 'cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s',
  serviceKey: 'A'.repeat(43),
  issuer: 'https://api.bank.example',
  challenge: 'CCCCCCCCCCCCCCCCCCCCCC',
  platform: 'testing',
  name: 'Zoë’s phone',
}

describe('the transcript', () => {
  it('has fixed bytes: an array of seven text strings in deterministic CBOR', () => {
    expect(Buffer.from(encodeTranscript(transcript)).toString('hex')).toBe(
      '8775686f6c646661737420656e726f6c6d656e74207631782b636e2d495f574e4d436c6568695670353169' +
        '5f3056704f454e573175704565724138734561' +
        '6d35686e2d73782b' +
        '41'.repeat(43) +
        '781868747470733a2f2f6170692e62616e6b2e6578616d706c65' +
        '7643434343434343434343434343434343434343434343' +
        '6774657374696e67' +
        '6e5a6fc3ab' +
        'e2809973' +
        '2070686f6e65',
    )
    expect(decode(encodeTranscript(transcript))).toHaveLength(7)
  })

  it.each(Object.keys(transcript) as Array<keyof EnrolmentTranscript>)(
    'is another with another %s',
    async (part) => {
      const other = { ...transcript, [part]: `${transcript[part].slice(0, -1)}x` }
      const key = new Uint8Array(32)
      expect(await transcriptHash(other, nodeCrypto)).not.toBe(await transcriptHash(transcript, nodeCrypto))
      expect(await activationProof(key, other, nodeCrypto)).not.toBe(
        await activationProof(key, transcript, nodeCrypto),
      )
    },
  )

  it('does not run its parts together', () => {
    const shifted = { ...transcript, platform: 'testin', name: `g${transcript.name}` }
    expect(encodeTranscript(shifted)).not.toEqual(encodeTranscript(transcript))
  })
})

describe('the check phrase', () => {
  it('is the words at the first two bytes of the hash', () => {
    expect(checkPhrase(`AP${'A'.repeat(41)}`)).toBe(`${checkWords[0]} ${checkWords[240]}`)
    expect(checkPhrase('_'.repeat(42).concat('8'))).toBe('walnut walnut')
  })

  it('has 256 words to choose from, all different', () => {
    expect(new Set(checkWords).size).toBe(256)
    for (const word of checkWords) expect(word).toMatch(/^[a-z]{3,9}$/)
  })
})

describe('parseEnrolmentRequest', async () => {
  const { publicJwk } = await testKey()
  const good = {
    code_id: '01AB89VZ',
    device_key: publicJwk,
    challenge: transcript.challenge,
    platform: 'testing',
    name: transcript.name,
    proof: 'A'.repeat(43),
  }

  it('takes the six members', () => {
    expect(parseEnrolmentRequest(good)).toEqual(good)
  })

  it.each(['a', 'a b', 'Pixel 9 (work)', '电话', 'x'.repeat(64), 'é'])('takes the name %j', (name) => {
    expect(parseEnrolmentRequest({ ...good, name }).name).toBe(name)
  })

  it.each([
    '',
    ' ',
    ' a',
    'a ',
    'a\u00a0',
    'a\nb',
    'a\u0000b',
    'a\u007fb',
    'a\u0085b',
    'a\u2028b',
    'a\u202eb',
    'a\u200bb',
    '\ud800',
    '\ufeffa',
    'x'.repeat(65),
  ])('refuses the name %j', (name) => {
    expect(outcome(() => parseEnrolmentRequest({ ...good, name }))).toBe('bad_request')
  })

  it.each([
    ['an unknown member', { admin: true }],
    ['a missing member', { proof: undefined }],
    ['a code id in lower case', { code_id: '01ab89vz' }],
    ['the whole code', { code_id: '01AB89VZHJKMNPQRSTVW' }],
    ['a private half', { device_key: { ...publicJwk, d: publicJwk.x } }],
    ['no key', { device_key: null }],
    ['a short challenge', { challenge: 'a' }],
    ['a platform nobody knows', { platform: 'windows' }],
    ['a name that is a number', { name: 1 }],
    ['a proof with left-over bits', { proof: `${'A'.repeat(42)}B` }],
    ['a padded proof', { proof: `${'A'.repeat(43)}=` }],
  ])('refuses %s', (_, change) => {
    expect(outcome(() => parseEnrolmentRequest({ ...good, ...change }))).toBe('bad_request')
  })

  it.each([[undefined], [null], ['{}'], [[]], [[good]], [{}]])('refuses %j', (value) => {
    expect(outcome(() => parseEnrolmentRequest(value))).toBe('bad_request')
  })
})

it.each([
  [{ one_time_text: '012345' }, 'ok'],
  [{ one_time_text: '12345' }, 'bad_request'],
  [{ one_time_text: '1234567' }, 'bad_request'],
  [{ one_time_text: '12345\n' }, 'bad_request'],
  [{ one_time_text: '١٢٣٤٥٦' }, 'bad_request'],
  [{ one_time_text: 123456 }, 'bad_request'],
  [{ one_time_text: '123456', user: 'alice' }, 'bad_request'],
  [null, 'bad_request'],
])('parseEnrolmentConfirmation %j: %s', (value, expected) => {
  expect(outcome(() => parseEnrolmentConfirmation(value))).toBe(expected)
})

describe('the answers', async () => {
  const [key, stranger] = await Promise.all([testKey(), testKey()])
  const hash = await transcriptHash(transcript, nodeCrypto)
  const trust: EnrolmentAnswerTrust = {
    issuer: transcript.issuer,
    transcript: hash,
    keyOf: async () => key.verifyKey,
  }
  const offer: EnrolmentOffer = {
    iss: transcript.issuer,
    transcript: hash,
    enrolment: 'E'.repeat(22),
    sent_to: '…42',
    exp: 1_790_000_600,
  }
  const bound: BoundDevice = {
    iss: transcript.issuer,
    transcript: hash,
    device: 'D'.repeat(22),
    user: 'alice',
    statement: 1_790_000_000,
  }
  const signer = { kid: key.kid, key: key.privateKey }

  it('are read back', async () => {
    expect(await openOffer(await signOffer(offer, signer, nodeCrypto), trust, nodeCrypto)).toEqual(offer)
    expect(await openBound(await signBound(bound, signer, nodeCrypto), trust, nodeCrypto)).toEqual(bound)
  })

  it('are refused when the key was exchanged on the way', async () => {
    const theirs = await transcriptHash({ ...transcript, deviceKey: stranger.kid }, nodeCrypto)
    const jws = await signOffer({ ...offer, transcript: theirs }, signer, nodeCrypto)
    expect(await outcomeOf(() => openOffer(jws, trust, nodeCrypto))).toBe('answer_refused')
    const end = await signBound({ ...bound, transcript: theirs }, signer, nodeCrypto)
    expect(await outcomeOf(() => openBound(end, trust, nodeCrypto))).toBe('answer_refused')
  })

  it.each([
    ['another issuer', { iss: 'https://other.example' }],
    ['an unknown member', { more: 1 }],
    ['a time as text', { exp: '1' }],
    ['an id that is a path', { enrolment: '../../holdfast/token' }],
  ])('are refused with %s', async (_, change) => {
    const jws = await signOffer({ ...offer, ...(change as object) }, signer, nodeCrypto)
    expect(await outcomeOf(() => openOffer(jws, trust, nodeCrypto))).toBe('answer_refused')
  })

  it('are refused from another key, of another type, with a key of their own', async () => {
    const forged = await signOffer(offer, { kid: key.kid, key: stranger.privateKey }, nodeCrypto)
    const shown = await signJws(
      'hf-enrolment+jwt',
      { jwk: stranger.publicJwk },
      offer,
      stranger.privateKey,
      nodeCrypto,
    )
    const device = await signBound(bound, signer, nodeCrypto)
    for (const jws of [forged, shown, device, '']) {
      expect(await outcomeOf(() => openOffer(jws, trust, nodeCrypto))).toBe('answer_refused')
    }
  })
})
