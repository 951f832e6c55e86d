/** The signature itself: its fields, components, parameters and key (docs/protocol.md 3.1 to 3.5). */
import { testKeys, thumbprint } from './keys.mjs'
import { octetsOf } from './ohttp.mjs'
import { beside, idempotencyKey, now, others, read, replaceIn, without, write } from './request-sender.mjs'

const replyKey = ['Holdfast-Reply-Key', octetsOf('reply key').toString('base64url')]

/** name, request, expected, mistakes of the sender, changes on the way. */
export const signatureCases = [
  ['a read', read, 'ok'],
  ['a write', write, 'ok'],
  ['a read signed by the device key', read, 'ok', { key: 'device' }],
  [
    'a delete without content type',
    { ...read, method: 'DELETE', fields: [...read.fields, idempotencyKey] },
    'ok',
  ],
  ['an empty query', { ...read, target: '/accounts?' }, 'ok'],
  ['encoded target, as sent', { ...read, target: '/gr%C3%BC%c3%9fe/a%40b?q=%41%2f+%20' }, 'ok'],
  [
    'a field the route asks for',
    { ...write, fields: [...write.fields, ['X-Amount', '10.00']] },
    'ok',
    { routeFields: ['x-amount', 'x-absent'] },
  ],
  ['an approval', { ...write, fields: [...write.fields, ['Holdfast-Approval', 'a.b.c']] }, 'ok'],
  ['a reply key', { ...write, fields: [...write.fields, replyKey] }, 'ok'],
  [
    'a reply key that is not covered',
    { ...read, fields: [...read.fields, replyKey] },
    'signature_invalid',
    { components: ['@method', '@target-uri', 'content-digest', 'authorization'] },
  ],
  ['a field nobody covers', { ...read, fields: [...read.fields, ['X-Trace', '1'], ['X-Trace', '2']] }, 'ok'],
  ['another signature beside it', read, 'ok', {}, beside],
  [
    'another signature before it',
    read,
    'ok',
    {},
    (made) =>
      replaceIn(
        'Signature-Input',
        (value) => `${others.input.slice(2)}, ${value}`,
      )(replaceIn('Signature', (value) => `${others.signature.slice(2)}, ${value}`)(made)),
  ],
  ['white space around values', read, 'ok', {}, replaceIn('Authorization', (value) => ` \t${value} `)],
  ['60 seconds old', read, 'ok', { created: now - 60 }],
  ['61 seconds old', read, 'signature_expired', { created: now - 61 }],
  ['5 seconds ahead', read, 'ok', { created: now + 5 }],
  ['6 seconds ahead', read, 'signature_expired', { created: now + 6 }],
  ['no Signature', read, 'signature_missing', {}, without('Signature')],
  ['no Signature-Input', read, 'signature_missing', {}, without('Signature-Input')],
  [
    'another label',
    read,
    'signature_invalid',
    {},
    (made) =>
      replaceIn('Signature', (value) => value.replace('hf=', 'sig1='))(
        replaceIn('Signature-Input', (value) => value.replace('hf=', 'sig1='))(made),
      ),
  ],
  [
    'a second signature with our tag',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => `${value}, sig1=${value.slice(3)}`),
  ],
  [
    'our label twice',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => `${value}, ${value}`),
  ],
  [
    'a member without space before it',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => value + others.input.replace(', ', ',')),
  ],
  [
    'a space more than canonical',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => value.replace('" "', '"  "')),
  ],
  [
    'fewer components: no digest',
    read,
    'signature_invalid',
    { components: ['@method', '@target-uri', 'authorization'] },
  ],
  [
    'fewer components: no token',
    read,
    'signature_invalid',
    { components: ['@method', '@target-uri', 'content-digest'] },
  ],
  ['fewer components: none', read, 'signature_invalid', { components: [] }],
  [
    'fewer components: not what the route asks for',
    { ...write, fields: [...write.fields, ['X-Amount', '10.00']] },
    'signature_invalid',
    {
      components: [
        '@method',
        '@target-uri',
        'content-digest',
        'authorization',
        'content-type',
        'idempotency-key',
      ],
      routeFields: ['x-amount'],
    },
  ],
  [
    'more components',
    { ...read, fields: [...read.fields, ['X-Trace', '1']] },
    'signature_invalid',
    { components: ['@method', '@target-uri', 'content-digest', 'authorization', 'x-trace'] },
  ],
  [
    'a component twice',
    read,
    'signature_invalid',
    { components: ['@method', '@method', '@target-uri', 'content-digest', 'authorization'] },
  ],
  [
    'components in another order',
    read,
    'signature_invalid',
    { components: ['@target-uri', '@method', 'content-digest', 'authorization'] },
  ],
  [
    'a component with ;sf',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => value.replace('"content-digest"', '"content-digest";sf')),
  ],
  [
    'a component with ;bs',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => value.replace('"content-digest"', '"content-digest";bs')),
  ],
  [
    'a component with ;req',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) => value.replace('"@method"', '"@method";req')),
  ],
  [
    'parameters in another order',
    read,
    'signature_invalid',
    { parameters: (usual) => usual.replace(/(;created=\d+)(;nonce="[^"]+")/, '$2$1') },
  ],
  ['an unknown parameter', read, 'signature_invalid', { parameters: (usual) => `${usual};x=1` }],
  [
    'expires',
    read,
    'signature_invalid',
    { parameters: (usual) => usual.replace(';nonce', ';expires=1790000060;nonce') },
  ],
  ['no nonce', read, 'signature_invalid', { parameters: (usual) => usual.replace(/;nonce="[^"]+"/, '') }],
  [
    'a nonce of other length',
    read,
    'signature_invalid',
    { parameters: (usual) => usual.replace('nonce="', 'nonce="A') },
  ],
  [
    'created with a leading zero',
    read,
    'signature_invalid',
    { parameters: (usual) => usual.replace('created=', 'created=0') },
  ],
  [
    'alg of another kind',
    read,
    'signature_invalid',
    { parameters: (usual) => usual.replace('ecdsa-p256-sha256', 'hmac-sha256') },
  ],
  [
    'another tag',
    read,
    'signature_invalid',
    { parameters: (usual) => usual.replace('"holdfast"', '"holdfast-answer"') },
  ],
  ['a key nobody knows', read, 'signature_invalid', { key: 'stranger', signer: 'session' }],
  [
    'another key under our name',
    read,
    'signature_invalid',
    {},
    replaceIn('Signature-Input', (value) =>
      value.replace(thumbprint(testKeys.session), thumbprint(testKeys.device)),
    ),
  ],
]
