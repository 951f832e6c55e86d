import { describe, expect, test } from 'vitest'
import { Complaint } from './complaint.ts'
import { parseConfig } from './config.ts'

const file = 'holdfast.yaml'
const yaml = (mutual: string | null, ...routes: string[]): string =>
  [
    'origin: http://127.0.0.1:8080',
    'listen: { port: 0 }',
    'upstreams: [{ name: accounts, url: "http://127.0.0.1:9000", identity: { mode: insecurePlain } }]',
    'outbox: { kind: insecureReadable, file: out.jsonl }',
    ...(mutual === null ? [] : [`mutual: ${mutual}`]),
    ...(routes.length === 0 ? [] : ['routes:', ...routes.map((route) => `  - ${route}`)]),
  ].join('\n')
const complaintOf = (text: string): string => {
  try {
    parseConfig(file, text)
  } catch (error) {
    if (error instanceof Complaint) return error.message
    throw error
  }
  return 'accepted'
}
const terminators = '{ origin: "https://mutual.bank.example", terminators: [10.0.0.0/24] }'

describe('client certificates in a configuration', () => {
  test('are taken by terminators alone, and asked for by route', () => {
    const routes = [
      '{ path: /a, policy: mutual }',
      '{ path: /b, mutual: true, answer: signed }',
      '{ path: /c }',
      '{ path: /d, policy: mutual, mutual: true, signer: device }',
    ]
    const config = parseConfig(file, yaml(terminators, ...routes))
    expect(config.mutual).toEqual({ origin: 'https://mutual.bank.example', terminators: ['10.0.0.0/24'] })
    expect(config.routes.map(({ policy, mutual, answer }) => [policy, mutual, answer])).toEqual([
      ['signed', true, undefined],
      ['signed', true, 'signed'],
      ['signed', undefined, undefined],
      ['signed', true, undefined],
    ])
  })

  test('are absent unless they are written', () => {
    expect(parseConfig(file, yaml(null))).not.toHaveProperty('mutual')
  })

  const origin = 'origin: "https://mutual.bank.example"'
  test.each<[string, string, string]>([
    ['nobody who takes them', yaml(`{ ${origin} }`), 'nobody takes these connections'],
    ['no TLS at the port', yaml(`{ ${origin}, port: 8443 }`), 'this port asks for certificates itself'],
    [
      'TLS without a port',
      yaml(`{ ${origin}, tls: { key: a, cert: b }, terminators: [10.0.0.1] }`),
      'the port of this listener',
    ],
    [
      'a host without a port',
      yaml(`{ ${origin}, host: 10.0.0.1, terminators: [10.0.0.1] }`),
      'the port of this',
    ],
    [
      'everybody as terminator',
      yaml(`{ ${origin}, terminators: [0.0.0.0/0] }`),
      'expected an address or a network',
    ],
    [
      'an origin in the clear',
      yaml('{ origin: "http://127.0.0.1", terminators: [10.0.0.1] }'),
      'expected https://host',
    ],
    [
      'an origin with a path',
      yaml('{ origin: "https://a.example/b", terminators: [10.0.0.1] }'),
      'expected https://host',
    ],
    ['a slip of the pen', yaml(`{ ${origin}, terminator: [10.0.0.1] }`), 'did you mean "terminators"'],
    ['a route without the section', yaml(null, '{ path: /a, policy: mutual }'), 'say under mutual'],
    ['a flag without the section', yaml(null, '{ path: /a, mutual: true }'), 'say under mutual'],
    ['a flag that says nothing', yaml(terminators, '{ path: /a, mutual: false }'), 'mutual'],
    [
      'an open route with a certificate',
      yaml(terminators, '{ path: /a, policy: open, mutual: true }'),
      'an open route',
    ],
    [
      'an open route with signed answers',
      yaml(null, '{ path: /a, policy: open, answer: signed }'),
      'an open route',
    ],
    [
      'a field that is ours',
      yaml(null, '{ path: /a, fields: [client-cert] }'),
      'means something to the gateway',
    ],
  ])('refuses %s', (_name, text, complaint) => {
    expect(complaintOf(text)).toContain(complaint)
  })
})
