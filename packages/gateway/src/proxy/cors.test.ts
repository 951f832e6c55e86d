import { describe, expect, test } from 'vitest'
import { backend, exchangeRaw, gatewayTo, rawConnection, requestText, signed } from '../../test/fixture.ts'

/** The one page the fixture's service lists. */
const page = 'https://app.test'
const preflight = [
  'Access-Control-Request-Method: POST',
  'Access-Control-Request-Headers: authorization, x-note',
]

/** Fields of the answer by name, each with every value it came with. */
function fieldsOf(answer: string): Record<string, string[]> {
  const [head = ''] = answer.split('\r\n\r\n')
  const fields: Record<string, string[]> = {}
  for (const line of head.split('\r\n').slice(1)) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase()
    fields[name] = [...(fields[name] ?? []), line.slice(line.indexOf(':') + 2)]
  }
  return fields
}
const statusOf = (answer: string): number => Number(answer.slice(9, 12))
const corsOf = (answer: string): string[] =>
  Object.keys(fieldsOf(answer)).filter((name) => name.startsWith('access-control-'))

/** A backend that counts its requests and speaks for itself across origins. */
async function rig() {
  let requests = 0
  const { url } = await backend((_message, response) => {
    requests += 1
    response.writeHead(200, {
      'access-control-allow-origin': '*',
      'access-control-allow-credentials': 'true',
      vary: 'Accept',
      'x-balance': '1',
    })
    response.end('from the backend')
  })
  const gateway = await gatewayTo({ url })
  const send = (line: string, ...fields: string[]): Promise<string> =>
    exchangeRaw(gateway.port, requestText(line, fields))
  return { send, gateway, requests: () => requests }
}

describe('a listed page', () => {
  test('is told by a preflight what it may send, and no backend hears of it', async () => {
    const { send, gateway, requests } = await rig()
    for (const path of ['/accounts', '/open/a', '/holdfast/token', '/holdfast/sealed']) {
      const answer = await send(`OPTIONS ${path}`, `Origin: ${page}`, ...preflight)
      expect(statusOf(answer)).toBe(204)
      expect(fieldsOf(answer)).toMatchObject({
        'access-control-allow-origin': [page],
        'access-control-allow-methods': ['GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'],
        'access-control-allow-headers': ['authorization, *'],
        'access-control-max-age': ['600'],
        vary: ['Origin'],
      })
      expect(fieldsOf(answer)).not.toHaveProperty('access-control-allow-credentials')
    }
    expect(requests()).toBe(0)
    expect(gateway.requests.map(({ route }) => route)).toEqual(Array(4).fill('preflight'))
  })

  test('asks and sends over one connection', async () => {
    const { gateway } = await rig()
    const raw = rawConnection(gateway.port)
    const write = (line: string, ...fields: string[]): void =>
      void raw.socket.write(requestText(line, fields).replace('Connection: close\r\n', ''))
    write('OPTIONS /accounts', `Origin: ${page}`, ...preflight)
    expect(await raw.until('\r\n\r\n')).toContain('204 No Content')
    write('GET /accounts', `Origin: ${page}`, ...signed)
    expect(await raw.until('from the backend')).toContain('200 OK')
  })

  test('may read answers, own answers and refusals, in our words alone and never with credentials', async () => {
    const { send } = await rig()
    const answers = [
      await send('GET /accounts', `Origin: ${page}`, ...signed),
      await send('GET /open/a', `Origin: ${page}`),
      await send('GET /holdfast/time', `Origin: ${page}`),
      await send('GET /accounts', `Origin: ${page}`),
    ]
    expect(answers.map(statusOf)).toEqual([200, 200, 200, 418])
    for (const answer of answers) {
      expect(fieldsOf(answer)).toMatchObject({
        'access-control-allow-origin': [page],
        'access-control-expose-headers': ['*'],
      })
      expect(fieldsOf(answer)['vary']).toContain('Origin')
      expect(fieldsOf(answer)).not.toHaveProperty('access-control-allow-credentials')
    }
    expect(fieldsOf(answers[0] ?? '')).toMatchObject({ 'x-balance': ['1'], vary: ['Accept', 'Origin'] })
  })
})

describe('everybody else', () => {
  test.each([
    'https://evil.test',
    'https://app.test:8443',
    'http://app.test',
    'https://app.test.evil.test',
    'null',
  ])('from %s gets no word of ours, and is judged as ever', async (origin) => {
    const { send, requests } = await rig()
    const asked = await send('OPTIONS /accounts', `Origin: ${origin}`, ...preflight)
    expect(statusOf(asked)).toBe(418)
    expect(asked).toContain('signature_missing')
    expect(corsOf(asked)).toEqual([])
    expect(requests()).toBe(0)
    const own = await send('GET /holdfast/time', `Origin: ${origin}`)
    expect(corsOf(own)).toEqual([])
    expect(fieldsOf(own)).not.toHaveProperty('vary')
  })

  test.each<[string, string, string[]]>([
    ['that asks for no method', 'OPTIONS /accounts', [`Origin: ${page}`]],
    ['of another method', 'GET /accounts', [`Origin: ${page}`, ...preflight]],
    ['from no page', 'OPTIONS /accounts', preflight],
    ['that carries a signature', 'OPTIONS /accounts', [`Origin: ${page}`, ...preflight, 'Signature: bad']],
    [
      'that carries a token',
      'OPTIONS /accounts',
      [`Origin: ${page}`, ...preflight, 'Authorization: Holdfast x'],
    ],
  ])('a request %s is no preflight', async (_, line, fields) => {
    const { send, requests } = await rig()
    expect(statusOf(await send(line, ...fields))).toBe(418)
    expect(requests()).toBe(0)
  })

  test('two origins are none', async () => {
    const { send } = await rig()
    const answer = await send(
      'OPTIONS /accounts',
      `Origin: ${page}`,
      'Origin: https://evil.test',
      ...preflight,
    )
    expect(statusOf(answer)).toBe(418)
    expect(corsOf(answer)).toEqual([])
  })

  test('a signed OPTIONS still reaches its backend', async () => {
    const { send, requests } = await rig()
    expect(statusOf(await send('OPTIONS /accounts', `Origin: ${page}`, ...preflight, ...signed))).toBe(200)
    expect(requests()).toBe(1)
  })
})
