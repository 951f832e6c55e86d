/**
 * Who ends TLS in front of a gateway writes down all he can. Of sealed requests he gets lengths and times; and what he cannot read,
 * the gateway does not tell him either: not in its log, its metrics, a dump of its state or of its database.
 */
import { describe, expect, it, onTestFinished } from 'vitest'
import { postgresReachable } from '../faults/servers.ts'
import { type Canaries, found } from './canary.ts'
import { hasNginx } from './nginx.ts'
import { cardPin, hasPgDump, live, openStage, planted, type Stage } from './stage.ts'

const missing = [
  ...(hasNginx() ? [] : ['nginx']),
  ...(hasPgDump() && (await postgresReachable()) ? [] : ['PostgreSQL with pg_dump']),
]
const needs = missing.length === 0 ? '' : ` (skipped without ${missing.join(' and ')})`

const routes = [{ path: '/accounts/*', policy: 'sealed' }]
const onEnd = (close: () => Promise<void>): void => onTestFinished(close)

function codeCanaries(code: string): Canaries {
  const letters = code.replaceAll('-', '')
  return new Map([
    ['activation id', letters.slice(0, 8)],
    ['activation secret', letters.slice(8)],
    ['activation code', code],
  ])
}

/** All a terminator has: what it wrote, and what it could have written. */
function ofTerminator({ terminator, inFront }: Stage): Map<string, Uint8Array> {
  return new Map([...terminator.records(), ['the line to the gateway', inFront.heard()]])
}

const expected =
  /^(POST \/holdfast\/sealed|GET \/\.well-known\/holdfast|GET \/holdfast\/time\?nonce=\S{22}) 200 \d+ \d+ [\d.]+$/

describe.skipIf(missing.length > 0)(`a TLS terminator that writes down everything${needs}`, () => {
  it.each(['x25519', 'x-wing'])(
    'has lengths and times of what was sealed with %s, and nobody else tells more',
    async (suite) => {
      const stage = await openStage({ sealing: { suites: [suite] }, routes }, onEnd)
      const { code, pin } = await live(stage)
      expect(pin).toBe(cardPin)

      const requests = stage.terminator.requests()
      expect(requests.filter((line) => !expected.test(line))).toEqual([])
      expect(requests.filter((line) => line.startsWith('POST /holdfast/sealed')).length).toBeGreaterThan(8)

      const canaries: Canaries = new Map([
        ...Object.entries(planted),
        ...codeCanaries(code),
        ...stage.heard.secrets(),
        ['card PIN', cardPin],
      ])
      const names = [...canaries.keys()].join()
      for (const secret of ['authorization', 'access_token', 'refresh_token', 'signature', 'proof'])
        expect(names).toContain(secret)
      expect(found(canaries, ofTerminator(stage))).toEqual([])

      // The same search finds what the gateway hands to the bank, so it can find; but never the card's PIN.
      const behind = new Map([['the line to the bank', stage.behind.heard()]])
      expect(found(canaries, behind)).toEqual(
        expect.arrayContaining(
          ['account number in a path', 'PIN in a body'].map((name) => `${name} in the line to the bank`),
        ),
      )
      expect(found(new Map([['card PIN', cardPin]]), behind)).toEqual([])

      const dump = await stage.dump()
      const traces = await stage.traces()
      expect([...traces.keys()].filter((name) => name.startsWith('report'))).toHaveLength(2)
      expect(stage.node.output()).toContain('"route":"/accounts/*","sealed":true')
      expect(found(canaries, traces)).toEqual([])

      // What a bank's own records are for: who has which phone, and which codes were given out.
      expect(found(canaries, new Map([['the database', dump]]))).toEqual(
        ['name of the device', 'activation id'].map((name) => `${name} in the database`),
      )
    },
  )

  it('has everything of what was not sealed', async () => {
    const stage = await openStage({}, onEnd)
    const { code } = await live(stage)
    const secrets = stage.phone.network.exchanges.flatMap(({ request }) =>
      request.fields.filter(([name]) => name === 'authorization' || name === 'signature'),
    )
    const [token, signature] = ['authorization', 'signature'].map((wanted) =>
      secrets.find(([name]) => name === wanted)?.[1].replace('Holdfast ', ''),
    ) as [string, string]
    const canaries: Canaries = new Map([
      ...Object.entries(planted),
      ['activation id', codeCanaries(code).get('activation id') as string],
      ['token', token],
      ['signature', signature],
    ])
    const seen = found(canaries, ofTerminator(stage))
    for (const name of canaries.keys())
      expect(seen.map((line) => line.split(' in ').slice(0, -1).join(' in '))).toContain(name)
    const written = found(canaries, stage.terminator.records())
    expect(written).toEqual(
      expect.arrayContaining([
        'account number in a path in nginx logs/access.log',
        'name in a query in nginx logs/access.log',
        'idempotency key in nginx logs/access.log',
        'token in nginx logs/access.log',
      ]),
    )
    expect(
      written.filter((line) => /^(PIN in a body|activation id) in nginx bodies/.test(line)).length,
    ).toBeGreaterThan(1)
    expect(found(new Map([['card PIN', cardPin]]), ofTerminator(stage))).toEqual([])
  })
})
