import type { DurableStore } from '../../store.ts'
import {
  auditEntry,
  enrolledDevice,
  familyRecord,
  minute,
  name,
  repeatRecord,
  startedFamily,
  t0,
} from './facts.ts'
import { hearing } from './hearing.ts'
import { addedPasscode } from './passcode-facts.ts'
import { nodeAt, race, type TestRunner } from './runner.ts'

type Nodes = () => Promise<readonly DurableStore[]>

export function deviceContract(nodes: Nodes, { describe, it, expect }: TestRunner): void {
  describe('device', () => {
    it('is found by id and by key', async () => {
      const store = nodeAt(await nodes(), 0)
      const device = await enrolledDevice(store)
      expect(await store.findDevice(device.id)).toEqual(device)
      expect(await store.findDeviceByKey(device.keyThumbprint)).toEqual(device)
      expect(await store.findDevice(name('device'))).toBe(null)
      expect(await store.findDeviceByKey(name('key'))).toBe(null)
    })

    it('is listed newest first, a page at a time, revoked ones included', async () => {
      const store = nodeAt(await nodes(), 0)
      const user = name('user')
      const oldest = await enrolledDevice(store, user, t0 + 1 * minute)
      const middle = await enrolledDevice(store, user, t0 + 2 * minute)
      const newest = await enrolledDevice(store, user, t0 + 3 * minute)
      await store.revokeDevice(middle.id, t0, auditEntry('device.revoked'))
      const ids = async (query: Parameters<DurableStore['listDevices']>[0]) =>
        (await store.listDevices(query)).map((device) => device.id)
      expect(await ids({ user, limit: 2 })).toEqual([newest.id, middle.id])
      expect(await ids({ user, limit: 2, before: middle.createdAt })).toEqual([oldest.id])
      const all = await ids({ user: null, limit: 1000 })
      expect(all.filter((id) => [oldest.id, newest.id].includes(id))).toEqual([newest.id, oldest.id])
    })

    it('is revoked by one of 50 racers, with its families, and every node hears it', async () => {
      const store = nodeAt(await nodes(), 0)
      const device = await enrolledDevice(store)
      const bystander = await startedFamily(store, await enrolledDevice(store))
      const families = [await startedFamily(store, device), await startedFamily(store, device)]
      const heard = await hearing(await nodes(), (event) => 'device' in event && event.device === device.id)

      const results = await race(await nodes(), (node) =>
        node.revokeDevice(device.id, t0 + minute, auditEntry('device.revoked')),
      )
      expect(results.filter((one) => one !== null)).toEqual([{ ...device, revokedAt: t0 + minute }])
      await heard()
      for (const { sid } of families) {
        const session = await store.findSession(sid)
        expect(session?.family.endedAt).toBe(t0 + minute)
        expect(session?.device.revokedAt).toBe(t0 + minute)
      }
      expect((await store.findSession(bystander.sid))?.family.endedAt).toBe(null)
      expect(await store.revokeDevice(name('device'), t0, auditEntry('device.revoked'))).toBe(null)
    })

    it('takes its passcodes along when it is revoked, but for an attempt key, whose refusals are signed', async () => {
      const store = nodeAt(await nodes(), 0)
      const device = await enrolledDevice(store)
      const attempt = { attemptKey: device.publicKey, attemptKeyThumbprint: name('attempt') }
      const current = await addedPasscode(store, device, { state: 'current', ...attempt })
      const pending = await addedPasscode(store, device)
      const bare = await enrolledDevice(store)
      await addedPasscode(store, bare, { state: 'current' })
      for (const { id } of [device, bare]) await store.revokeDevice(id, t0, auditEntry('device.revoked'))
      expect(await store.listPasscodes(device.id)).toEqual([{ ...current, sealedUpload: '' }])
      expect(await store.findPasscode(pending.id)).toBe(null)
      expect((await store.findDeviceByAttemptKey(attempt.attemptKeyThumbprint))?.revokedAt).toBe(t0)
      expect(await store.listPasscodes(bare.id)).toEqual([])
    })

    it('has no live family once revoked, though 50 starts race with the revocation', async () => {
      const store = nodeAt(await nodes(), 0)
      const device = await enrolledDevice(store)
      const families = Array.from({ length: 50 }, () => familyRecord(device))
      let revocation: Promise<unknown> | undefined
      const started = await race(await nodes(), (node, racer) => {
        if (racer === 25) revocation = node.revokeDevice(device.id, t0 + minute, auditEntry('device.revoked'))
        return node.startFamily(nodeAt(families, racer), repeatRecord(), auditEntry('session.started'))
      })
      await revocation
      for (const [racer, { sid }] of families.entries()) {
        const session = await store.findSession(sid)
        expect(session === null).toBe(started[racer] === false)
        expect(session?.family.endedAt ?? t0 + minute).toBe(t0 + minute)
      }
      const late = await store.startFamily(
        familyRecord(device),
        repeatRecord(),
        auditEntry('session.started'),
      )
      expect(late).toBe(false)
    })
  })
}
