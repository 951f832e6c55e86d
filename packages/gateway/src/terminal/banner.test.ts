import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { banner, type Started } from './banner.ts'
import { type Config, loadConfig } from '../config/config.ts'

const text = `
origin: http://127.0.0.1:8080
listen: { port: 0 }
upstreams: [{ name: accounts, url: "http://127.0.0.1:9", identity: { mode: insecurePlain } }]
outbox: { kind: insecureReadable, file: out.jsonl }
sealing: { suites: [x25519] }
mutual: { origin: https://mutual.bank.example, terminators: [10.0.0.20] }
routes:
  - { path: /a, methods: [GET], answer: signed }
  - { path: /b, policy: mutual, signer: device, answer: signed }
  - { path: /c, policy: sealed, mutual: true }
  - { path: /d, policy: open }
`
const started: Started = { port: 1, adminPort: 2, pins: ['this', 'next'], hasCa: true, credentialsFile: 'o' }

let folder: string
let config: Config
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-banner-'))
  const file = join(folder, 'holdfast.yaml')
  writeFileSync(file, text)
  config = loadConfig(file)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('what serve says when it has started', () => {
  it('tells of each route all it demands', () => {
    const routes = banner(config, started).filter((line) => line.startsWith('  route '))
    expect(routes.map((line) => line.slice(17))).toEqual([
      'GET /a: signed, answer signed',
      'any method /b: signed by the device key, mutual, answer signed',
      'any method /c: sealed, mutual',
      'any method /d: open',
    ])
  })

  it('tells TLS pins from service keys', () => {
    expect(banner(config, started)).toContain('  service keys for the app  this  next')
    expect(banner(config, started).join()).not.toContain('pins')
  })

  it('warns where certificates are asked for that nobody can give', () => {
    const warning = expect.stringMatching(/WARNING: no CA yet.*holdfast keys ca/)
    expect(banner(config, started)).not.toContainEqual(warning)
    expect(banner(config, { ...started, hasCa: false })).toContainEqual(warning)
    const { mutual: _, ...without } = config
    expect(banner(without, { ...started, hasCa: false })).not.toContainEqual(warning)
  })
})
