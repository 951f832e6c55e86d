/**
 * TLS 1.3 early data, which anybody can send again: no attack, for there is no defence of ours to cut out. Node's TLS takes none, and
 * this notices when it begins to. The same steps against a server that does take it show that they would.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTarget } from './own-target.ts'
import type { Address } from './raw.ts'
import type { Target } from './target.ts'
import { hasOpenssl, serverIdentity } from './tls-identity.ts'
import { productDirectory } from './product.ts'

describe.skipIf(!hasOpenssl())('early data (needs the openssl command)', { timeout: 60_000 }, () => {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-early-'))
  const file = (name: string): string => join(home, name)
  let target: Target
  let other: ChildProcess
  let port: number
  beforeAll(async () => {
    target = await startTarget(productDirectory(), { tls: 'unpinned' })
    const { key, cert } = serverIdentity()
    writeFileSync(file('key.pem'), key, { mode: 0o600 })
    writeFileSync(file('cert.pem'), cert)
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    ;({ port } = server.address() as AddressInfo)
    await new Promise((resolve) => server.close(resolve))
    const identity = ['-key', file('key.pem'), '-cert', file('cert.pem')]
    const words = ['s_server', '-accept', `127.0.0.1:${port}`, ...identity, '-early_data', '-no_anti_replay']
    other = spawn('openssl', words, { stdio: ['pipe', 'pipe', 'ignore'] })
    await once(other.stdout as Readable, 'data')
  })
  afterAll(async () => {
    other?.kill()
    await target?.close()
    rmSync(home, { recursive: true })
  })

  /** One connection for a ticket, then two that send the request before their handshake is over. */
  async function replay(address: Address, request: string): Promise<string[]> {
    writeFileSync(file('request'), request)
    const words = ['s_client', '-connect', `${address.host}:${address.port}`, '-tls1_3', '-nocommands']
    /** Until that has come about. */
    const speak = async (until: () => boolean, ...more: string[]): Promise<string> => {
      const client = spawn('openssl', [...words, ...more], { stdio: ['pipe', 'pipe', 'ignore'] })
      let said = ''
      client.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
      const deadline = Date.now() + 10_000
      while (!until() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
      client.stdin.end()
      await once(client, 'close')
      return /Early data was [a-z ]+/.exec(said)?.[0] ?? said
    }
    rmSync(file('session'), { force: true })
    await speak(
      () => existsSync(file('session')) && statSync(file('session')).size > 0,
      '-sess_out',
      file('session'),
    )
    const early = ['-sess_in', file('session'), '-early_data', file('request')]
    return [await speak(() => true, ...early), await speak(() => true, ...early)]
  }

  it('is accepted, and accepted again, where a server takes it', async () => {
    const accepted = await replay({ host: '127.0.0.1', port, tls: true }, 'GET / HTTP/1.0\r\n\r\n')
    expect(accepted).toEqual(['Early data was accepted', 'Early data was accepted'])
  })

  it('is not even offered to the gateway', async () => {
    const path = target.path('open')
    const host = new URL(target.origin).host
    const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`
    expect(await replay(target.address(), request)).toEqual([
      'Early data was not sent',
      'Early data was not sent',
    ])
    expect(target.backend?.seen(path)).toEqual([])
  })
})
