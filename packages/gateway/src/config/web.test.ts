import { defaultPolicy } from '@holdfast/server'
import { describe, expect, it } from 'vitest'
import { Complaint } from './complaint.ts'
import { parseConfig } from './config.ts'

const yaml = (...lines: string[]): string =>
  [
    'origin: http://127.0.0.1:8080',
    'listen: { port: 0 }',
    'upstreams: [{ name: accounts, url: "http://127.0.0.1:9000", identity: { mode: insecurePlain } }]',
    'outbox: { kind: insecureReadable, file: out.jsonl }',
    ...lines,
  ].join('\n')
const read = (...lines: string[]) => parseConfig('/F', yaml(...lines))
function complaintOf(...lines: string[]): string {
  try {
    read(...lines)
  } catch (error) {
    if (error instanceof Complaint) return error.message
    throw error
  }
  throw new Error('this configuration was accepted')
}

describe('web', () => {
  it('names pages by their exact origins, and the domain of their passkeys', () => {
    const origins = '["https://bank.example", "https://app.bank.example:8443"]'
    expect(read(`web: { origins: ${origins}, rpId: bank.example }`).web).toEqual({
      origins: ['https://bank.example', 'https://app.bank.example:8443'],
      rpId: 'bank.example',
    })
    expect(read('web: { origins: ["http://localhost:5173"], rpId: localhost }').web?.rpId).toBe('localhost')
    expect(read()).not.toHaveProperty('web')
  })

  it.each([
    ['no page', '[]', 'a.example', 'web.origins: expected at least one origin'],
    ['everybody', '["*"]', 'a.example', 'web.origins[0]: expected https://host'],
    ['nobody', '["null"]', 'a.example', 'web.origins[0]: expected https://host'],
    ['a path', '["https://a.example/"]', 'a.example', 'web.origins[0]: expected https://host'],
    ['a pattern', '["https://*.a.example"]', 'a.example', 'web.origins[0]: expected https://host'],
    ['upper case', '["https://A.example"]', 'a.example', 'web.origins[0]: expected https://host'],
    ['plain http', '["http://a.example"]', 'a.example', 'plain http is for loopback only'],
    [
      'a page twice',
      '["https://a.example", "https://a.example"]',
      'a.example',
      'web.origins[1]: is there twice',
    ],
    ['another domain', '["https://a.example"]', 'b.example', 'web.rpId has to be the host'],
    [
      'a domain that only ends alike',
      '["https://evila.example"]',
      'a.example',
      'web.rpId has to be the host',
    ],
    ['a domain below', '["https://a.example"]', 'www.a.example', 'web.rpId has to be the host'],
    ['a whole country', '["https://a.example"]', 'example', 'web.rpId has to be the host'],
    ['a port', '["https://a.example:8443"]', '"a.example:8443"', 'web.rpId: expected a host name'],
  ])('complains of %s', (_, origins, rpId, expected) => {
    expect(complaintOf(`web: { origins: ${origins}, rpId: ${rpId} }`)).toContain(expected)
  })
})

describe('factors', () => {
  it('are asked by routes and measured by the policy', () => {
    const config = read(
      'routes: [{ path: /pay, factor: { acr: passcode, maxAge: 300 } }, { path: /cards, factor: { acr: presence } }]',
      'policy: { passcode: { tries: 3, lockSeconds: [60] }, factor: { changeSeconds: 60 }, coolingSeconds: 0, offlineSeconds: 86400 }',
    )
    expect(config.routes.map(({ factor }) => factor)).toEqual([
      { acr: 'passcode', maxAge: 300 },
      { acr: 'presence' },
    ])
    expect(config.policy.passcode).toEqual({ ...defaultPolicy.passcode, tries: 3, lockSeconds: [60] })
    expect(config.policy.factor).toEqual({ ...defaultPolicy.factor, changeSeconds: 60 })
    expect(config.policy).toMatchObject({ coolingSeconds: 0, offlineSeconds: 86_400 })
  })

  it.each([
    ['routes: [{ path: /a, policy: open, factor: { acr: passcode } }]', 'an open route asks nobody'],
    ['routes: [{ path: /a, factor: { acr: device } }]', 'factor.acr: expected "presence", "passcode"'],
    ['routes: [{ path: /a, factor: { acr: passcode, maxAge: 0 } }]', 'factor.maxAge: expected 1 or more'],
    ['routes: [{ path: /a, factor: {} }]', 'factor.acr: is missing'],
    ['policy: { passcode: { tries: 0 } }', 'policy.passcode.tries: expected 1 or more'],
    ['policy: { passcode: { lockSeconds: [0] } }', 'policy.passcode.lockSeconds[0]: expected 1 or more'],
    ['policy: { coolingSeconds: -1 }', 'policy.coolingSeconds: expected 0 or more'],
  ])('complains of %s', (line, expected) => {
    expect(complaintOf(line)).toContain(expected)
  })
})
