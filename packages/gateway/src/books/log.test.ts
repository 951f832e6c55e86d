import { HoldfastError } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import type { RequestRecord } from './access-log.ts'
import { createLog, gatewayLog, type Log } from './log.ts'
import type { LogLevel } from './log-level.ts'

function recorded(level: LogLevel = 'info'): { log: Log; lines: Array<Record<string, unknown>> } {
  const lines: Array<Record<string, unknown>> = []
  const destination = {
    write: (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>),
  }
  return { log: createLog({ level, destination }), lines }
}

function withoutNull(line: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(line).filter(([, value]) => value !== null))
}

describe('the log', () => {
  it('writes known facts and nothing else, whoever passes it', () => {
    const { log, lines } = recorded()
    const facts = {
      method: 'GET',
      status: 200,
      authorization: 'geheim',
      headers: { a: 'geheim' },
      body: 'geheim',
    }
    log.info('request', facts)
    expect(lines).toEqual([
      { level: 30, time: expect.any(String), msg: 'request', method: 'GET', status: 200 },
    ])
  })

  it('drops a known fact of the wrong kind', () => {
    const { log, lines } = recorded()
    log.info('request', { method: { secret: 'geheim' }, status: 'geheim', device: 7 } as never)
    expect(Object.keys(lines[0] ?? {})).toEqual(['level', 'time', 'msg'])
  })

  it('cuts queries off paths and makes one printable line of any text', () => {
    const { log, lines } = recorded()
    log.info('request', {
      path: '/a?token=geheim',
      remote: 'x\n{"level":60}\u001b[2J',
      device: 'd'.repeat(1000),
    })
    expect(lines[0]).toMatchObject({ path: '/a', remote: 'x?{"level":60}?[2J', device: 'd'.repeat(256) })
  })

  it('names causes by name, code and place, never by message', () => {
    const { log, lines } = recorded()
    const cause = Object.assign(new Error('geheim\n    at geheim'), { code: 'ECONNREFUSED' })
    log.error('failure', { cause: new HoldfastError('store_unavailable', { cause }) })
    expect(lines[0]?.['cause']).toMatchObject({
      name: 'HoldfastError',
      code: 'store_unavailable',
      cause: { name: 'Error', code: 'ECONNREFUSED', at: expect.any(Array) },
    })
    expect(JSON.stringify(lines)).not.toContain('geheim')
  })

  it('keeps to its level', () => {
    const { log, lines } = recorded('warn')
    const facts = { reference: 'r', method: 'GET', route: '/a', status: 200, durationMs: 1 }
    const request = { ...facts, sealed: false, code: null, device: null, remote: '::1' }
    log.debug('a')
    log.info('b')
    log.warn('c')
    log.error('d')
    gatewayLog(log).request(request)
    expect(lines.map(({ msg }) => msg)).toEqual(['c', 'd'])
  })

  it.each([
    { code: null, device: 'phone', remote: '2001:db8::1', sealed: true },
    { code: 'replayed', device: null, remote: 'x\n{"level":60}\\\u001b[2J\u2028' },
    { code: 'replayed', device: 'd'.repeat(1000), remote: '' },
    { code: null, device: { secret: 'geheim' }, remote: ['geheim'], durationMs: Number.NaN },
  ])('writes the line of a request as any other: %j', (odd) => {
    const record = { reference: 'r', method: 'GET', route: '/a b/"*"', status: 200, durationMs: 1.23456 }
    const { log, lines } = recorded()
    const facts = { ...record, ...odd } as unknown as RequestRecord
    log.request(facts)
    log.info('request', facts)
    const [line = {}, other = {}] = lines
    expect(withoutNull({ ...line, time: null })).toEqual(withoutNull({ ...other, time: null }))
    expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT/)
    expect(JSON.stringify(line)).not.toContain('geheim')
  })

  it('takes what the data path says', () => {
    const { log, lines } = recorded()
    const record = {
      reference: 'r',
      method: 'GET',
      route: '/a',
      status: 200,
      durationMs: 1.23456,
      remote: '::1',
    }
    gatewayLog(log).request({ ...record, sealed: true, code: null, device: null })
    gatewayLog(log).failure({
      reference: 'r',
      code: 'internal_error',
      upstream: null,
      cause: new Error('geheim'),
    })
    gatewayLog(log).connection({ code: 'overloaded', remote: '::1' })
    expect(lines).toMatchObject([
      { ...record, sealed: true, durationMs: 1.235 },
      { code: 'internal_error' },
      { code: 'overloaded' },
    ])
    expect(JSON.stringify(lines)).not.toContain('geheim')
  })
})
