import { describe, expect, it } from 'vitest'
import { codeOf, origin } from '../test/rig.ts'
import { virtualStorage } from './platforms/testing/storage.ts'
import { createState, fromStoredRequest, toStoredRequest } from './state.ts'

describe('the state', () => {
  it('never lowers the floor of statements', async () => {
    const storage = virtualStorage()
    const state = createState(storage, origin)
    expect(await state.floor()).toBe(0)
    await state.raiseFloor(10)
    await state.raiseFloor(5)
    expect(await createState(storage, origin).floor()).toBe(10)
  })

  it('keeps services apart', async () => {
    const storage = virtualStorage()
    await createState(storage, origin).raiseFloor(10)
    expect(await createState(storage, 'https://other.example').floor()).toBe(0)
  })

  it('gives a stored request back byte for byte', () => {
    const request = {
      method: 'POST',
      url: `${origin}/holdfast/token`,
      fields: [['signature', 'hf=:AA==:']] as const,
      body: Uint8Array.of(0, 255, 128),
    }
    expect(fromStoredRequest(JSON.parse(JSON.stringify(toStoredRequest(request))))).toEqual(request)
  })

  it('does without a certificate and reports it cannot read, and not without a device it cannot read', async () => {
    const storage = virtualStorage()
    const state = createState(storage, origin)
    const report = { host: 'api.bank.example', key: 'k'.repeat(43), at: 1 }
    await state.saveReports([report])
    expect(await createState(storage, origin).reports()).toEqual([report])
    const torn = ['', '{"version":1', '{"version":2,"reports":[]}', '{"version":1,"reports":[{}]}']
    for (const text of torn) {
      await storage.put(`reports ${origin}`, text)
      await storage.put(`certificate ${origin}`, text)
      await storage.put(`device ${origin}`, text)
      expect([await state.reports(), await state.certificate()]).toEqual([[], null])
      expect(await codeOf(state.device())).toBe('state_unavailable')
    }
    await state.saveReports([])
    expect(await storage.get(`reports ${origin}`)).toBeNull()
  })

  it('keeps a certificate for its key alone, and forgets it with the device', async () => {
    const storage = virtualStorage()
    const state = createState(storage, origin)
    const key = { label: 'one', thumbprint: 't'.repeat(43) }
    const held = { version: 1 as const, key, certificate: 'PEM', renew: 1, expires: 2 }
    await state.saveCertificate(held)
    expect(await state.certificate()).toBeNull()
    const device = { version: 1 as const, device: 'd', user: 'u' }
    await state.saveDevice({ ...device, phase: 'enrolled', key })
    expect(await state.certificate()).toEqual(held)
    await state.saveDevice({ ...device, phase: 'revoked', key })
    expect(await state.certificate()).toBeNull()
    await state.saveDevice({ ...device, phase: 'enrolled', key: { ...key, thumbprint: 'u'.repeat(43) } })
    expect(await state.certificate()).toBeNull()
    await state.forgetDevice()
    expect(storage.snapshot().size).toBe(0)
  })

  it('says that it could not write', async () => {
    const storage = virtualStorage()
    storage.failWrites(1)
    expect(await codeOf(createState(storage, origin).raiseFloor(1))).toBe('state_unavailable')
  })
})
