import { rmSync } from 'node:fs'
import { toBase64, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { modulesOf, type Phone, phone } from '../../../test/react-native/native-modules.ts'
import { fakeXhr, type Sent } from '../../../test/react-native/xhr.ts'
import type { NetworkRequest } from '../../ports.ts'
import { xhrNetwork } from './network.ts'
import { pinKeeper } from './pins.ts'
import { reactNativePlatform } from './platform.ts'

const url = 'https://api.bank.example/accounts?a=%20b'
const request = (change: Partial<NetworkRequest> = {}): NetworkRequest => ({
  method: 'GET',
  url,
  fields: [['x-one', '1']],
  body: new Uint8Array(0),
  timeoutMs: 5000,
  timeoutCovers: 'answer',
  ...change,
})

let arrived: Sent[]
let arrive: (sent: Sent) => void
const Xhr = fakeXhr((sent) => {
  arrived.push(sent)
  arrive(sent)
})
beforeEach(() => {
  arrived = []
  arrive = (sent) => sent.answer(200, [['Content-Type', 'text/plain']], 'there')
})
const text = async ({ body }: { body: ReadableStream<Uint8Array> }): Promise<string> =>
  new Response(body).text()

describe('the network', () => {
  const network = xhrNetwork(Xhr, null)

  it('sends what it is given, and asks for nothing encoded', async () => {
    const answer = await network(
      request({ method: 'POST', fields: [['content-type', 'a/b']], body: utf8('ten') }),
    )
    expect([answer.status, answer.rawFields, await text(answer)]).toEqual([
      200,
      ['content-type', 'text/plain'],
      'there',
    ])
    expect(arrived).toMatchObject([
      {
        method: 'POST',
        url,
        fields: [
          ['content-type', 'a/b'],
          ['accept-encoding', 'identity'],
        ],
        body: utf8('ten'),
        withCredentials: false,
      },
    ])
  })

  it('takes no answer a redirect led to', async () => {
    arrive = (sent) => sent.answer(200, [], 'elsewhere', 'https://other.example/')
    await expect(network(request())).rejects.toThrow('another URL')
  })

  it('rejects when no answer comes in time, and ends the request', async () => {
    arrive = () => undefined
    await expect(network(request({ timeoutMs: 5 }))).rejects.toThrow('no answer in time')
    expect(arrived).toMatchObject([{ aborted: true }])
    arrive = (sent) => sent.head(200, [])
    await expect(network(request({ timeoutMs: 5 }))).rejects.toThrow('no answer in time')
  })

  it('gives a stream time once its head is there, and a refusal none', async () => {
    arrive = (sent) => {
      sent.head(200, [])
      setTimeout(() => sent.answer(200, [], 'late'), 30)
    }
    const late = await network(request({ timeoutMs: 10, timeoutCovers: 'head' }))
    expect(await text(late)).toBe('late')
    arrive = (sent) => sent.head(401, [['Holdfast-Error', 'signature_expired']])
    const refusal = network(request({ timeoutMs: 10, timeoutCovers: 'head' }))
    await expect(refusal).rejects.toThrow('no answer in time')
  })

  it('stops when the caller aborts', async () => {
    arrive = () => undefined
    const controller = new AbortController()
    const answer = network(request({ signal: controller.signal }))
    controller.abort(new RangeError('enough'))
    await expect(answer).rejects.toThrow('enough')
    expect(arrived).toMatchObject([{ aborted: true }])
    await expect(network(request({ signal: controller.signal }))).rejects.toThrow('enough')
    expect(arrived).toHaveLength(1)
  })

  it('has no client certificates, and sends no body without a type', async () => {
    const identity = { label: 'label', certificate: 'PEM' }
    await expect(network(request({ identity }))).rejects.toBeInstanceOf(TypeError)
    await expect(network(request({ method: 'POST', body: utf8('x') }))).rejects.toBeInstanceOf(TypeError)
    expect(arrived).toEqual([])
  })
})

describe('pins', () => {
  const [key, other] = [nodeCrypto.random(32), nodeCrypto.random(32)]
  const pinOf = (octets: Uint8Array): string => Buffer.from(octets).toString('base64url')
  let one: Phone
  beforeEach(() => {
    one = phone()
    vi.stubGlobal('XMLHttpRequest', Xhr)
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    rmSync(one.directory, { recursive: true, force: true })
  })
  const host = 'api.bank.example'
  const inForce = (pins: Uint8Array): Record<string, string[]> => ({ [host]: [toBase64(pins)] })

  it('are in force before a request starts, and while it is under way', async () => {
    const network = xhrNetwork(Xhr, pinKeeper(modulesOf(one).pinning as never))
    const waiting: Sent[] = []
    arrive = (sent) => void waiting.push(sent)
    const answers = [
      network(request({ pins: [pinOf(key)] })),
      network(request({ pins: [pinOf(key)] })),
      network(request()),
      network(request({ pins: [pinOf(other)] })),
    ]
    const started = (count: number): Promise<void> =>
      vi.waitFor(() => expect(waiting).toHaveLength(count), { timeout: 20_000 })
    await started(2)
    expect(one.pinning).toEqual([inForce(key)])
    waiting[0]?.answer(200, [], '')
    await answers[0]
    expect([waiting.length, one.pinning.length]).toEqual([2, 1])
    waiting[1]?.answer(200, [], '')
    await started(3)
    expect(one.pinning).toEqual([inForce(key), null])
    waiting[2]?.fail()
    await expect(answers[2]).rejects.toThrow('no answer')
    await started(4)
    expect(one.pinning).toEqual([inForce(key), null, inForce(other)])
    waiting[3]?.answer(200, [], '')
    await answers[3]
  })

  it('say which key was refused', async () => {
    const network = xhrNetwork(Xhr, pinKeeper(modulesOf(one).pinning as never))
    const message = `Certificate pinning failure!\n  Peer certificate chain:\n    sha256/${toBase64(other)}: CN=them\n    sha256/${toBase64(key)}: CN=authority\n  Pinned certificates for ${host}:\n    sha256/${toBase64(key)}`
    arrive = (sent) => {
      for (const listener of one.pinListeners) listener({ serverHostname: host, message })
      sent.fail()
    }
    await expect(network(request({ pins: [pinOf(key)] }))).rejects.toMatchObject({
      code: 'server_key_refused',
      cause: { host, key: pinOf(other) },
    })
    arrive = (sent) => {
      for (const listener of one.pinListeners) listener({ serverHostname: host })
      sent.fail()
    }
    await expect(network(request({ pins: [pinOf(key)] }))).rejects.toMatchObject({
      code: 'server_key_refused',
    })
    arrive = (sent) => {
      for (const listener of one.pinListeners) listener({ serverHostname: 'other.example', message })
      sent.fail()
    }
    await expect(network(request({ pins: [pinOf(key)] }))).rejects.toThrow('no answer')
    expect(one.pinListeners.size).toBe(0)
  })

  it('send nothing when they cannot be put in force', async () => {
    const pinning = modulesOf(one).pinning as NonNullable<ReturnType<typeof modulesOf>['pinning']>
    let broken = true
    const network = xhrNetwork(
      Xhr,
      pinKeeper({
        ...pinning,
        initializeSslPinning: (options) =>
          broken ? Promise.reject(new Error('broken')) : pinning.initializeSslPinning(options),
      }),
    )
    await expect(network(request({ pins: [pinOf(key)] }))).rejects.toThrow('broken')
    expect(arrived).toEqual([])
    broken = false
    expect((await network(request({ pins: [pinOf(key)] }))).status).toBe(200)
  })

  it('are enforced on Android alone', async () => {
    const android = reactNativePlatform(modulesOf(one))
    const ios = reactNativePlatform(modulesOf({ ...one, os: 'ios' }))
    expect([android.tls.pins, ios.tls.pins]).toEqual([true, false])
    await ios.network(request({ pins: [pinOf(key)] }))
    expect(one.pinning).toEqual([])
    await android.network(request({ pins: [pinOf(key)] }))
    expect(one.pinning).toEqual([inForce(key)])
  })
})
