import { once } from 'node:events'
import { expect, test } from 'vitest'
import { backend, deferred, exchangeRaw, gatewayTo, rawConnection, requestText } from '../../test/fixture.ts'
import { createRemotes, parseNetwork } from './remote.ts'

const codeOf = (answer: string): string | undefined => /holdfast-error: (\w+)/.exec(answer)?.[1]

/** The address under which a request with these field lines is written down. */
async function remoteOf(trustedProxies: readonly string[], ...lines: string[]): Promise<string | undefined> {
  const { url } = await backend((_message, response) => void response.end())
  const { port, requests } = await gatewayTo({ url, trustedProxies })
  await exchangeRaw(port, requestText('GET /open/a', lines))
  return requests[0]?.remote
}

test.each([
  ['the last one named', ['X-Forwarded-For: 203.0.113.7'], '203.0.113.7'],
  ['not what the client wrote before it', ['X-Forwarded-For: 198.51.100.1, 203.0.113.7'], '203.0.113.7'],
  ['not even nonsense the client wrote', ['X-Forwarded-For: "<x>, 203.0.113.7'], '203.0.113.7'],
  ['past further proxies', ['X-Forwarded-For: 203.0.113.7 , 10.1.2.3,\t10.200.0.1'], '203.0.113.7'],
  ['IPv6 in one spelling', ['X-Forwarded-For: 2001:DB8:0:0::7'], '2001:db8::7'],
  ['IPv4 in one spelling', ['X-Forwarded-For: ::ffff:203.0.113.7'], '203.0.113.7'],
  ['the peer without the field', [], '127.0.0.1'],
  [
    'the peer when it is repeated',
    ['X-Forwarded-For: 203.0.113.7', 'X-Forwarded-For: 203.0.113.8'],
    '127.0.0.1',
  ],
  ['the peer when it is empty', ['X-Forwarded-For: '], '127.0.0.1'],
  ['the peer when the last is nothing', ['X-Forwarded-For: 203.0.113.7,'], '127.0.0.1'],
  ['the peer when the last is a name', ['X-Forwarded-For: 203.0.113.7, client.test'], '127.0.0.1'],
  ['the peer when it has a port', ['X-Forwarded-For: 203.0.113.7:4711'], '127.0.0.1'],
  ['the peer when it has a zone', ['X-Forwarded-For: fe80::1%eth0'], '127.0.0.1'],
  ['the peer when all are proxies', ['X-Forwarded-For: 10.0.0.1, 10.0.0.2'], '127.0.0.1'],
  ['the peer for another field', ['Forwarded: for=203.0.113.7', 'X-Real-IP: 203.0.113.7'], '127.0.0.1'],
])('behind a trusted proxy: %s', async (_name, lines, expected) => {
  expect(await remoteOf(['127.0.0.1', '10.0.0.0/8'], ...lines)).toBe(expected)
})

test.each([
  ['nobody is trusted', []],
  ['somebody else is', ['10.0.0.0/8', '::1', '127.0.0.2']],
])('a peer that is no trusted proxy cannot choose its address when %s', async (_name, trustedProxies) => {
  expect(await remoteOf(trustedProxies, 'X-Forwarded-For: 203.0.113.7')).toBe('127.0.0.1')
})

test('clients behind one proxy are counted apart, its connections not at all', async () => {
  const arrived = deferred()
  const answers: Array<() => void> = []
  const { url } = await backend((_message, response) => {
    answers.push(() => response.end('late'))
    arrived.resolve()
  })
  const limits = { requestsPerAddress: 1, connectionsPerAddress: 1 }
  const { port } = await gatewayTo({ url, limits, trustedProxies: ['127.0.0.0/8'] })
  const from = (address: string): string => requestText('GET /open/a', [`X-Forwarded-For: ${address}`])
  const idle = rawConnection(port)
  await once(idle.socket, 'connect')
  const first = exchangeRaw(port, from('203.0.113.7'))
  await arrived.promise
  expect(codeOf(await exchangeRaw(port, from('198.51.100.1, 203.0.113.7')))).toBe('overloaded')
  const other = exchangeRaw(port, from('203.0.113.8'))
  await expect.poll(() => answers.length).toBe(2)
  for (const answer of answers) answer()
  expect(await first).toContain('late')
  expect(await other).toContain('late')
})

test.each(['10.0.0.7', '10.0.0.0/8', '2001:db8::/32', '::1', '::ffff:10.0.0.0/104'])(
  '%s is a network',
  (text) => {
    expect(parseNetwork(text)).not.toBeNull()
  },
)

test.each([
  '',
  'proxy.test',
  '10.0.0.0/33',
  '10.0.0.0/0',
  '::/0',
  '10.0.0/8',
  '10.0.0.0/08',
  '10.0.0.1/',
  'fe80::1%eth0',
])('%j is none', (text) => {
  expect(parseNetwork(text)).toBeNull()
  expect(() => createRemotes([text])).toThrow(TypeError)
})

test('an IPv4 proxy is known on a listener for both families', () => {
  expect(createRemotes(['10.0.0.0/8']).isTrusted('::ffff:10.1.2.3')).toBe(true)
  expect(createRemotes(['10.0.0.0/8']).isTrusted('::ffff:11.1.2.3')).toBe(false)
})
