/** Cases of docs/protocol.md 4.1 to 4.3: from what people type to the proof and the check phrase. */
import { createHash, createHmac, hkdfSync } from 'node:crypto'
import { testKeys, thumbprint } from './keys.mjs'
import { words } from './words.mjs'

/** Text strings and their array (RFC 8949 section 3), as far as a transcript needs them. */
function cbor(texts) {
  const head = (major, length) => Buffer.from(length < 24 ? [major + length] : [major + 24, length])
  const parts = texts.flatMap((text) => [head(0x60, Buffer.byteLength(text)), Buffer.from(text)])
  return Buffer.concat([head(0x80, texts.length), ...parts])
}

const parties = {
  device_key: thumbprint(testKeys.device),
  service_key: thumbprint(testKeys.service),
  iss: 'https://api.bank.example',
  challenge: 'Q0hBTExFTkdFQ0hBTExFTg',
  platform: 'testing',
  name: 'Phone',
}

function activation(name, typed, id, secret, change = {}) {
  const transcript = { ...parties, ...change }
  const bytes = cbor(['holdfast enrolment v1', ...Object.values(transcript)])
  const hash = createHash('sha256').update(bytes).digest()
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'holdfast activation proof v1', 32))
  return {
    name,
    typed,
    id,
    proof_key: key.toString('hex'),
    transcript,
    transcript_cbor: bytes.toString('hex'),
    transcript_hash: hash.toString('base64url'),
    proof: createHmac('sha256', key).update(bytes).digest('base64url'),
    phrase: `${words[hash[0]]} ${words[hash[1]]}`,
    expect: 'ok',
  }
}

const [id, secret] = ['01AB89VZ', 'HJKMNPQRSTVW']
const refused = [
  ['nothing', ''],
  ['a character too few', '01AB-89VZ-HJKM-NPQR-STV'],
  ['a character too many', '01AB-89VZ-HJKM-NPQR-STVWX'],
  ['a U, which the alphabet lacks', '01AB-89VZ-HJKM-NPQR-STVU'],
  ['an underscore', '01AB_89VZ_HJKM_NPQR_STVW'],
  ['a dotless i', '0\u0131AB-89VZ-HJKM-NPQR-STVW'],
  ['a full-width digit', '\uff101AB-89VZ-HJKM-NPQR-STVW'],
]

export function activationVectors() {
  return {
    description: 'Activation codes as typed, the proof made with them, and the phrase both ends show.',
    source: [
      'docs/protocol.md 4.1',
      'docs/protocol.md 4.2',
      'docs/protocol.md 4.3',
      'RFC 5869',
      'RFC 8949 section 4.2',
    ],
    cases: [
      activation('as shown', '01AB-89VZ-HJKM-NPQR-STVW', id, secret),
      activation('lower case without dashes', '01ab89vzhjkmnpqrstvw', id, secret),
      activation('O for 0, I and L for 1', 'OIAB-89VZ HJKM NPQR STVW', id, secret),
      activation('l for 1', ' olab--89vz-hjkm-npqr-stvw ', id, secret),
      activation('another secret', '01AB-89VZ-0000-0000-0000', id, '000000000000'),
      activation('another device key', '01AB-89VZ-HJKM-NPQR-STVW', id, secret, {
        device_key: thumbprint(testKeys.stranger),
      }),
      activation('another service key', '01AB-89VZ-HJKM-NPQR-STVW', id, secret, {
        service_key: thumbprint(testKeys.stranger),
      }),
      activation('a name in other scripts', '01AB-89VZ-HJKM-NPQR-STVW', id, secret, { name: 'Zoë’s 电话' }),
      activation('a name of 24 bytes', '01AB-89VZ-HJKM-NPQR-STVW', id, secret, { name: 'x'.repeat(24) }),
      activation('the longest name', '01AB-89VZ-HJKM-NPQR-STVW', id, secret, { name: '电'.repeat(64) }),
      ...refused.map(([name, typed]) => ({ name, typed, expect: 'activation_code_malformed' })),
    ],
  }
}

export function checkWordVectors() {
  const cases = [
    [0, 0],
    [0, 240],
    [255, 255],
    [16, 1],
  ].map((bytes) => ({
    name: bytes.join(' and '),
    transcript_hash: Buffer.from([...bytes, ...Buffer.alloc(30)]).toString('base64url'),
    phrase: bytes.map((byte) => words[byte]).join(' '),
    expect: 'ok',
  }))
  return {
    description:
      'The words of the check phrase: the entries at the first and the second byte of the transcript hash.',
    source: ['docs/protocol.md 4.3'],
    words,
    cases,
  }
}
