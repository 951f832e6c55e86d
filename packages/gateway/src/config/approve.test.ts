import { describe, expect, it } from 'vitest'
import { Complaint } from './complaint.ts'
import { parseConfig } from './config.ts'

const yaml = (route: string, more = ''): string =>
  [
    'origin: http://127.0.0.1:8080',
    'listen: { port: 0 }',
    'upstreams: [{ name: bank, url: "http://127.0.0.1:9000", identity: { mode: insecurePlain } }]',
    'outbox: { kind: insecureReadable, file: out.jsonl }',
    `routes: [{ ${route} }]`,
    more,
  ].join('\n')
function complaintOf(route: string, more?: string): string {
  try {
    parseConfig('/F', yaml(route, more))
  } catch (error) {
    if (error instanceof Complaint) return error.message
    throw error
  }
  throw new Error('this configuration was accepted')
}
const approve = (more = '', fields = '{ name: to, type: name, label: To }'): string =>
  `approve: { title: Pay, acr: presence, fields: [${fields}]${more} }`

describe('a route to approve', () => {
  it('has one path, methods that change something, and a form', () => {
    const { routes } = parseConfig('/F', yaml(`path: /pay, methods: [POST], ${approve()}`))
    expect(routes[0]?.approve).toEqual({
      title: 'Pay',
      acr: 'presence',
      fields: [{ name: 'to', type: 'name', label: 'To' }],
    })
  })

  it.each([
    [
      'one payment',
      `{ name: a, type: money, label: A, currencies: [EUR] }, { name: i, type: iban, label: I }`,
    ],
    [
      'several',
      `{ name: r, type: rows, label: R, most: 2, total: a, fields: [{ name: a, type: money, label: A, currencies: [EUR] }, { name: i, type: iban, label: I }] }`,
    ],
  ])('leaves no money to the rules’ blind side: %s', (_, fields) => {
    const route = `path: /pay, methods: [POST], ${approve('', fields)}`
    expect(complaintOf(route, 'transfers: { currency: EUR, rules: [] }')).toContain('write transfer')
    expect(parseConfig('/F', yaml(route, 'transfers: { currency: CHF, rules: [] }')).routes).toHaveLength(1)
    expect(parseConfig('/F', yaml(route)).routes).toHaveLength(1)
  })

  it.each([
    ['many paths', `path: /pay/*, methods: [POST], ${approve()}`, 'only one exact path'],
    ['every method', `path: /pay, ${approve()}`, 'name the methods'],
    ['a method that changes nothing', `path: /pay, methods: [POST, GET], ${approve()}`, 'name the methods'],
    ['nobody who is known', `path: /pay, methods: [POST], policy: open, ${approve()}`, 'open route'],
    [
      'fields nobody is shown',
      `path: /pay, methods: [POST], fields: [x-branch], ${approve()}`,
      'neither shown',
    ],
    [
      'fields nobody signs',
      `path: /pay, methods: [POST], forward: [x-branch], ${approve()}`,
      'neither shown',
    ],
    [
      'a transfer without rules',
      `path: /pay, methods: [POST], ${approve(', transfer: { amount: a, payee: to }')}`,
      'no rules about transfers',
    ],
    [
      'money that is hidden',
      `path: /pay, methods: [POST], ${approve('', '{ name: a, type: money, label: A, currencies: [EUR], unshown: true }')}`,
      'may be unshown',
    ],
  ])('is refused with %s', (_, route, expected) => {
    expect(complaintOf(route)).toContain(expected)
  })
})
