/** Compact JWS as docs/protocol.md 1 has them, and as it does not. */
export function makeJws(name, header, payload, key, sign) {
  const part = (value) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${sign(name, key, input).toString('base64url')}`
}

/** Headers no message of ours has, beside those of `good`. */
export function foreignHeaders(good, jwk) {
  return [
    ['alg none', { ...good, alg: 'none' }],
    ['alg HS256', { ...good, alg: 'HS256' }],
    ['no typ', { ...good, typ: undefined }],
    ['typ JWT', { ...good, typ: 'JWT' }],
    [
      'typ of another message',
      { ...good, typ: good.typ === 'hf-time+jwt' ? 'hf-statement+jwt' : 'hf-time+jwt' },
    ],
    ['crit', { ...good, crit: ['exp'], exp: 1 }],
    ['b64', { ...good, b64: false, crit: ['b64'] }],
    ['jku', { ...good, jku: 'https://evil.example/keys' }],
    ['x5u', { ...good, x5u: 'https://evil.example/chain' }],
    ['kid and jwk', { ...good, kid: good.kid ?? 'A'.repeat(43), jwk }],
    ['neither kid nor jwk', { alg: good.alg, typ: good.typ }],
  ]
}
