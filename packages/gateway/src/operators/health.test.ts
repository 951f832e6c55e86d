import { expect, test } from 'vitest'
import type { Service } from '../service.ts'
import { healthOf } from './health.ts'

const key = { use: 'token', state: 'current', place: 'file', kid: 'thumbprint', fromMs: 0, untilMs: null }

function service(ping: () => Promise<number | null>): Service {
  return {
    stores: { store: { ping }, shortLived: { ping: () => Promise.resolve() } },
    keys: { describe: () => [{ ...key, jwk: { kty: 'EC' } }] },
    server: { sealing: { offered: true } },
  } as unknown as Service
}

test('tells version, stores and keys, whose halves stay out of it', async () => {
  const health = await healthOf(service(() => Promise.resolve(Date.now() + 60_000)))
  expect(health).toMatchObject({ keys: [key], sealing: true, stores: { nonces: { answers: true } } })
  expect(health.version).toMatch(/^\d+\.\d+\.\d+$/)
  expect(JSON.stringify(health)).not.toContain('kty')
  const { answers, clockApartMs } = health.stores.durable
  expect(answers).toBe(true)
  expect(Math.round((clockApartMs ?? 0) / 10_000)).toBe(6)
})

test('says which store is silent, and answers all the same', async () => {
  const { stores } = await healthOf(service(() => Promise.reject(new Error('gone'))))
  expect(stores.durable).toMatchObject({ answers: false, clockApartMs: null })
  expect(stores.nonces).toMatchObject({ answers: true, clockApartMs: null })
})
