import { describe, expect, it } from 'vitest'
import { parseFields } from './fields.ts'
import { type ForwardParameters, forwardBase, identityFields, reservedPrefix } from './forward.ts'

const identity = { user: 'alice', device: 'd1', session: 's1', acr: 'device', authTime: 1_790_000_000 }

describe('identityFields', () => {
  it('all bear the prefix that is stripped from what comes in', () => {
    const fields = identityFields(identity, 'accounts')
    expect(fields).toHaveLength(6)
    for (const [name] of fields) expect(name.startsWith(reservedPrefix)).toBe(true)
  })

  it.each([
    ['bob@bank.example', 'bob%40bank.example'],
    ['Zoë\r\nHoldfast-User: eve', 'Zo%C3%AB%0D%0AHoldfast-User%3A%20eve'],
    ['%41', '%2541'],
    ['a, b', 'a%2C%20b'],
  ])('sends %j as %s', (user, expected) => {
    expect(identityFields({ ...identity, user }, 'accounts')[0]).toEqual(['holdfast-user', expected])
    expect(decodeURIComponent(expected)).toBe(user)
  })

  it('is misused by half a character: two users would become one', () => {
    expect(() => identityFields({ ...identity, user: 'a\ud800' }, 'accounts')).toThrow(TypeError)
  })

  it('says until when a device is cooling, and only while it is', () => {
    const names = identityFields(identity, 'accounts').map(([name]) => name)
    expect(names).not.toContain('holdfast-cooling-until')
    const cooling = identityFields({ ...identity, coolingUntil: 1_790_086_400 }, 'accounts')
    expect(cooling).toContainEqual(['holdfast-cooling-until', '1790086400'])
  })

  it('names the backend that was asked', () => {
    expect(identityFields(identity, 'accounts').at(-1)).toEqual(['holdfast-audience', 'accounts'])
  })

  it.each(['', 'a b', 'a\r\nholdfast-user: eve', 'ü'])('is misused by the audience %j', (audience) => {
    expect(() => identityFields(identity, audience)).toThrow(TypeError)
  })
})

describe('forwardBase', () => {
  const parameters: ForwardParameters = {
    created: 1_790_000_000,
    nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
    keyid: 'accounts',
    algorithm: 'hmac-sha256',
  }

  it('covers method and target, then what is there, in one order', () => {
    const fields = parseFields([
      'Idempotency-Key',
      'k',
      'X-Other',
      'x',
      'Content-Digest',
      'd',
      'Content-Type',
      't',
      ...identityFields(identity, 'accounts').flat(),
    ])
    const { base, input } = forwardBase({ method: 'POST', target: '/a?b', fields }, [], parameters)
    expect(input).toBe(
      '("@method" "@request-target" "content-digest" "content-type" "holdfast-user" "holdfast-device" "holdfast-session" "holdfast-acr" "holdfast-auth-time" "holdfast-audience" "idempotency-key")' +
        ';created=1790000000;nonce="AAAAAAAAAAAAAAAAAAAAAA";keyid="accounts";alg="hmac-sha256";tag="holdfast-forward"',
    )
    expect(base).toBe(
      '"@method": POST\n"@request-target": /a?b\n"content-digest": d\n"content-type": t\n"holdfast-user": alice\n"holdfast-device": d1\n' +
        `"holdfast-session": s1\n"holdfast-acr": device\n"holdfast-auth-time": 1790000000\n"holdfast-audience": accounts\n"idempotency-key": k\n"@signature-params": ${input}`,
    )
  })

  it('covers a reply key: whoever could change it would have the secret encrypted to himself', () => {
    const fields = parseFields(['Holdfast-Reply-Key', 'r', 'Idempotency-Key', 'k', 'X-A', 'a'])
    const { base, input } = forwardBase({ method: 'GET', target: '/', fields }, ['x-a'], parameters)
    expect(input).toMatch(/^\("@method" "@request-target" "idempotency-key" "holdfast-reply-key" "x-a"\);/)
    expect(base).toContain('\n"holdfast-reply-key": r\n')
  })

  it('covers the end of cooling: without it a new device would pass for an old one', () => {
    const fields = parseFields(identityFields({ ...identity, coolingUntil: 5 }, 'accounts').flat())
    const { base, input } = forwardBase({ method: 'GET', target: '/', fields }, [], parameters)
    expect(input).toContain(' "holdfast-auth-time" "holdfast-cooling-until" "holdfast-audience")')
    expect(base).toContain('\n"holdfast-cooling-until": 5\n')
  })

  it('covers only what is there', () => {
    const { input } = forwardBase({ method: 'GET', target: '/', fields: new Map() }, ['x-a'], parameters)
    expect(input).toMatch(/^\("@method" "@request-target"\);/)
  })

  it('covers the fields of the route last, in its order, and nothing twice', () => {
    const fields = parseFields(['X-B', 'b', 'X-A', 'a', 'Idempotency-Key', 'k'])
    const names = ['x-a', 'idempotency-key', 'x-none', 'x-b', 'x-a']
    const { base, input } = forwardBase({ method: 'GET', target: '/', fields }, names, parameters)
    expect(input).toMatch(/^\("@method" "@request-target" "idempotency-key" "x-a" "x-b"\);/)
    expect(base).toContain('\n"x-a": a\n"x-b": b\n"@signature-params"')
  })

  it.each(['a"b', 'a\\b', 'a\nb', 'ü', ''])('is misused by the keyid %j', (keyid) => {
    const message = { method: 'GET', target: '/', fields: new Map() }
    expect(() => forwardBase(message, [], { ...parameters, keyid })).toThrow(TypeError)
  })
})
