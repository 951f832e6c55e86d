/** What the app is made of, beside what is its own; a test holds it to what is installed. */
export const version = '0.1.0'

export const licences: ReadonlyArray<{ readonly name: string; readonly licence: string }> = [
  { name: '@journeyapps/wa-sqlite', licence: 'MIT' },
  { name: '@noble/ciphers', licence: 'MIT' },
  { name: '@noble/curves', licence: 'MIT' },
  { name: '@noble/hashes', licence: 'MIT' },
  { name: '@noble/post-quantum', licence: 'MIT' },
  { name: '@panva/hpke-noble', licence: 'MIT' },
  { name: 'age-encryption', licence: 'BSD-3-Clause' },
  { name: 'cborg', licence: 'Apache-2.0' },
  { name: 'hash-wasm', licence: 'MIT' },
  { name: 'hpke', licence: 'MIT' },
  { name: 'http-cache-semantics', licence: 'BSD-2-Clause' },
  { name: 'react', licence: 'MIT' },
  { name: 'react-dom', licence: 'MIT' },
  { name: 'react-native', licence: 'MIT' },
  { name: 'structured-headers', licence: 'MIT' },
  { name: 'valibot', licence: 'MIT' },
  { name: 'zxing-wasm', licence: 'MIT' },
]
