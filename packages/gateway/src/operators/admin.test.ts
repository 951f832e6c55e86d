import { HoldfastError } from '@holdfast/core'
import { expect, onTestFinished, test } from 'vitest'
import { rawConnection } from '../../test/fixture.ts'
import { openAdmin } from './admin.ts'
import type { AdminContext } from './admin-calls.ts'
import type { Config } from '../config/config.ts'
import { createLog } from '../books/log.ts'

/** A listener where nobody has credentials. */
async function strangersOnly(): Promise<number> {
  const authenticate = (): Promise<never> => Promise.reject(new HoldfastError('operator_required'))
  const refuse = (error: unknown): unknown => {
    const { code } = error as HoldfastError
    const refusal = { code, reference: 'ref', cause: undefined }
    return Promise.resolve({
      status: code === 'operator_required' ? 401 : 413,
      fields: [],
      body: new Uint8Array(0),
      refusal,
    })
  }
  const server = { operators: { authenticate, answer: authenticate }, refuse }
  const options = {
    service: { server } as unknown as AdminContext['service'],
    metrics: () => Promise.resolve(''),
    log: createLog({ level: 'silent' }),
  }
  const admin = await openAdmin({ admin: { host: '127.0.0.1', port: 0 } } as Config, options)
  onTestFinished(() => admin.close())
  return admin.port
}

test('who has no credentials is refused before a captured request is read', async () => {
  const raw = rawConnection(await strangersOnly())
  raw.socket.write('POST /admin/explain HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\n')
  expect(await raw.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 401 /)
})

test('of any other call only a little is read', async () => {
  const raw = rawConnection(await strangersOnly())
  raw.socket.write('POST /admin/devices HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\n')
  raw.socket.write('x'.repeat(16_385))
  expect(await raw.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 413 /)
})
