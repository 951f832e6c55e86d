import { mkdtempSync, readdirSync, statSync } from 'node:fs'
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { HoldfastError, thumbprint, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NetworkRequest } from '../../ports.ts'
import { waitingLock } from './exclusive.ts'
import { fileKeystore } from './keystore.ts'
import { nodeNetwork } from './network.ts'
import { fileSecrets } from './secrets.ts'
import { fileStorage } from './storage.ts'

let directory: string
beforeEach(() => {
  directory = path.join(mkdtempSync(path.join(tmpdir(), 'holdfast-node-')), 'data')
})
afterEach(() => rm(path.dirname(directory), { recursive: true }))

describe('the file secrets', () => {
  it('keeps a secret over restarts, for its owner alone, and says that it is no hardware', async () => {
    const secrets = fileSecrets(directory)
    expect(secrets.hardware).toBe(false)
    expect(await secrets.get('share')).toBeNull()
    await secrets.put('share', utf8('hidden'))
    expect(Buffer.from((await fileSecrets(directory).get('share')) as Uint8Array).toString()).toBe('hidden')
    for (const name of readdirSync(directory))
      expect(statSync(path.join(directory, name)).mode & 0o777).toBe(0o600)
    await secrets.delete('share')
    await secrets.delete('share')
    expect(await secrets.get('share')).toBeNull()
  })

  it('rejects what it cannot read', async () => {
    await mkdir(path.join(directory, 'share.secret'), { recursive: true })
    await expect(fileSecrets(directory).get('share')).rejects.toThrow('EISDIR')
  })
})

describe('one at a time', () => {
  it('runs acts of one name after another, whoever asked for them, and others meanwhile', async () => {
    const [one, two] = [waitingLock(directory), waitingLock(directory)]
    const done: string[] = []
    let finish = (): void => undefined
    const first = one('unlock', async () => {
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      done.push('first')
    })
    const second = two('unlock', async () => done.push('second'))
    await two('another', async () => done.push('another'))
    finish()
    await Promise.all([first, second])
    expect(done).toEqual(['another', 'first', 'second'])
  })

  it('is one lock by whatever path', async () => {
    const link = `${directory}-link`
    await symlink(directory, link)
    const done: string[] = []
    await waitingLock(directory)('unlock', async () => {
      const second = waitingLock(link)('unlock', async () => done.push('second'))
      await waitingLock(link)('another', async () => done.push('another'))
      done.push('first')
      return { second }
    }).then(({ second }) => second)
    expect(done).toEqual(['another', 'first', 'second'])
  })

  it('is free again when an act failed', async () => {
    const exclusive = waitingLock(directory)
    await expect(exclusive('unlock', () => Promise.reject(new RangeError('no')))).rejects.toThrow(RangeError)
    expect(await exclusive('unlock', async () => 'free')).toBe('free')
  })
})

describe('the file keystore', () => {
  it('keeps a key over restarts, for its owner alone', async () => {
    const key = await fileKeystore(directory).create('device')
    const again = fileKeystore(directory)
    expect(await again.find('device')).toEqual(key)
    expect(key.thumbprint).toBe(await thumbprint(key.publicJwk, nodeCrypto))
    const signature = await again.sign('device', utf8('data'))
    expect(nodeCrypto.verify(nodeCrypto.importPublicKey(key.publicJwk), utf8('data'), signature)).toBe(true)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(directory))
      expect(statSync(path.join(directory, name)).mode & 0o777).toBe(0o600)
  })

  it('tells missing from unavailable', async () => {
    const keystore = fileKeystore(directory)
    expect(await keystore.find('device')).toBeNull()
    await expect(keystore.sign('device', utf8('x'))).rejects.toMatchObject({ code: 'key_missing' })
    await keystore.create('device')
    await writeFile(path.join(directory, 'device.pkcs8'), 'torn')
    await expect(keystore.find('device')).rejects.toMatchObject({ code: 'key_unavailable' })
    await expect(keystore.sign('device', utf8('x'))).rejects.toMatchObject({ code: 'key_unavailable' })
    await expect(keystore.create('device')).rejects.toBeInstanceOf(HoldfastError)
    await keystore.remove('device')
    await keystore.remove('device')
    expect(await keystore.find('device')).toBeNull()
  })

  it('never replaces a key', async () => {
    const keystore = fileKeystore(directory)
    const key = await keystore.create('device')
    await expect(keystore.create('device')).rejects.toThrow(TypeError)
    expect(await keystore.find('device')).toEqual(key)
  })

  it('keeps labels inside its directory', async () => {
    await fileKeystore(directory).create('../../escape')
    expect(readdirSync(directory)).toEqual(['..%2F..%2Fescape.pkcs8'])
  })
})

describe('the file storage', () => {
  it('keeps records over restarts and leaves no drafts', async () => {
    await fileStorage(directory).put('device https://bank', 'one')
    const storage = fileStorage(directory)
    await storage.put('device https://bank', 'two')
    expect(await storage.get('device https://bank')).toBe('two')
    expect(readdirSync(directory)).toHaveLength(1)
    await storage.delete('device https://bank')
    expect(await storage.get('device https://bank')).toBeNull()
    await storage.delete('device https://bank')
  })

  it('gives one whole record to a reader, however many write', async () => {
    const storage = fileStorage(directory)
    const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(5000))
    await Promise.all(texts.map((text) => storage.put('name', text)))
    expect(texts).toContain(await storage.get('name'))
  })

  it('rejects what it cannot read', async () => {
    const storage = fileStorage(directory)
    await storage.put('name', 'text')
    await rm(path.join(directory, 'name.json'))
    await mkdir(path.join(directory, 'name.json'))
    await expect(storage.get('name')).rejects.toThrow()
    await chmod(directory, 0o700)
  })
})

describe('the network', () => {
  let server: Server
  let answer: (request: IncomingMessage, response: ServerResponse) => void
  const seen: IncomingMessage[] = []
  let origin: string

  beforeEach(async () => {
    seen.length = 0
    server = createServer((request, response) => {
      seen.push(request)
      answer(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  const request = (change: Partial<NetworkRequest> = {}): NetworkRequest => ({
    method: 'GET',
    url: `${origin}/accounts?a=%20b`,
    fields: [['x-one', '1']],
    body: new Uint8Array(0),
    timeoutMs: 5000,
    timeoutCovers: 'answer',
    ...change,
  })

  it('sends what it is given and adds only framing', async () => {
    answer = (_request, response) =>
      response.writeHead(302, { location: '/x', 'set-cookie': 'a=b' }).end('there')
    const first = await nodeNetwork(request())
    expect(first.status).toBe(302)
    expect(await new Response(first.body).text()).toBe('there')
    await nodeNetwork(request({ method: 'POST', body: utf8('ten') }))
    expect(seen.map(({ url }) => url)).toEqual(['/accounts?a=%20b', '/accounts?a=%20b'])
    expect(Object.keys(seen[0]?.headers ?? {}).sort()).toEqual(['connection', 'host', 'x-one'])
    expect(Object.keys(seen[1]?.headers ?? {}).sort()).toEqual([
      'connection',
      'content-length',
      'host',
      'x-one',
    ])
  })

  it('rejects when no head comes in time, and when the connection breaks', async () => {
    answer = () => undefined
    await expect(nodeNetwork(request({ timeoutMs: 30 }))).rejects.toThrow('no answer in time')
    answer = ({ socket }) => socket.destroy()
    await expect(nodeNetwork(request())).rejects.toThrow()
  })

  it('breaks a body off that does not end in time, unless it is a stream', async () => {
    answer = (_request, response) => {
      response.writeHead(200).write('begin')
    }
    const slow = await nodeNetwork(request({ timeoutMs: 50 }))
    await expect(new Response(slow.body).text()).rejects.toThrow()
    answer = (_request, response) => {
      response.writeHead(200).write('begin')
      setTimeout(() => response.end('end'), 120)
    }
    const stream = await nodeNetwork(request({ timeoutMs: 50, timeoutCovers: 'head' }))
    expect(await new Response(stream.body).text()).toBe('beginend')
  })

  it('takes no refusal for a stream', async () => {
    answer = (_request, response) => {
      response.writeHead(401, { 'Holdfast-Error': 'signature_expired' }).write('begin')
    }
    const endless = await nodeNetwork(request({ timeoutMs: 50, timeoutCovers: 'head' }))
    await expect(new Response(endless.body).text()).rejects.toThrow()
  })

  it('tells a reader who comes late that the body broke off', async () => {
    answer = ({ socket }, response) => {
      response
        .writeHead(200, { 'content-length': '100' })
        .write('begin', () => setImmediate(() => socket.destroy()))
    }
    const closed = new Promise((resolve) =>
      server.once('connection', (socket) => socket.once('close', resolve)),
    )
    const { body } = await nodeNetwork(request({ timeoutCovers: 'head' }))
    await closed
    await new Promise((resolve) => setImmediate(resolve))
    await expect(new Response(body).text()).rejects.toThrow()
  })

  it('stops when the caller aborts, also in the middle of a body', async () => {
    answer = (_request, response) => {
      response.writeHead(200).write('begin')
    }
    const controller = new AbortController()
    const { body } = await nodeNetwork(request({ signal: controller.signal }))
    const text = new Response(body).text()
    controller.abort()
    await expect(text).rejects.toThrow()
    await expect(nodeNetwork(request({ signal: controller.signal }))).rejects.toThrow()
  })
})
