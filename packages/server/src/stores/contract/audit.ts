import type { DurableStore } from '../../store.ts'
import {
  activationRecord,
  auditEntry,
  enrolledDevice,
  name,
  openedEnrolment,
  repeatRecord,
  startedFamily,
  t0,
} from './facts.ts'
import { nodeAt, race, tally, type TestRunner } from './runner.ts'

type Nodes = () => Promise<readonly DurableStore[]>

export function auditContract(nodes: Nodes, { describe, it, expect }: TestRunner): void {
  describe('audit, documents and purge', () => {
    it('keeps the entries of 50 racers and pages through them, ids rising', async () => {
      const store = nodeAt(await nodes(), 0)
      const after = await lastAuditId(store)
      const actor = name('actor')
      await race(await nodes(), (node, racer) => node.appendAudit(auditEntry(`racer.${racer}`, actor)))
      const first = await store.readAudit({ after, limit: 20 })
      const rest = await store.readAudit({ after: first.at(-1)?.id ?? 0, limit: 100 })
      const all = [...first, ...rest]
      expect(all.length).toBe(50)
      expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toSorted((one, other) => one - other))
      expect(new Set(all.map(({ action }) => action)).size).toBe(50)
      const { id: _id, ...entry } = nodeAt(all, 0)
      expect(entry).toEqual(auditEntry(entry.action, actor))
    })

    it('writes the entry of an act with the act, once', async () => {
      const store = nodeAt(await nodes(), 0)
      const { id } = await enrolledDevice(store)
      const after = await lastAuditId(store)
      await race(await nodes(), (node) => node.revokeDevice(id, t0, auditEntry('device.revoked')))
      const written = await store.readAudit({ after, limit: 100 })
      expect(written.map(({ action }) => action)).toEqual(['device.revoked'])
    })

    it('replaces a document by a newer one only, for one of 50 racers', async () => {
      const document = name('document')
      const put = (sequence: number) => async () =>
        race(await nodes(), (node, racer) => node.putDocument(document, sequence, `value-${racer}`))
      const store = nodeAt(await nodes(), 0)
      expect(await store.getDocument(document)).toBe(null)
      expect(tally(await put(1)())).toEqual({ true: 1, false: 49 })
      const results = await put(2)()
      expect(tally(results)).toEqual({ true: 1, false: 49 })
      expect(await store.putDocument(document, 1, 'old')).toBe(false)
      expect(await store.getDocument(document)).toEqual({
        sequence: 2,
        value: `value-${results.indexOf(true)}`,
      })
    })

    it('purges what has expired and nothing else', async () => {
      const store = nodeAt(await nodes(), 0)
      const device = await enrolledDevice(store)
      const family = await startedFamily(store, device)
      const activation = activationRecord()
      await store.addActivation(activation, auditEntry('activation.created'))
      const enrolment = await openedEnrolment(store)
      const repeat = repeatRecord()
      await store.startFamily(
        { ...family, sid: name('sid'), refreshDigest: name('refresh') },
        repeat,
        auditEntry('session.started'),
      )

      await race(await nodes(), (node) => node.purge(t0))
      expect(await store.findSession(family.sid)).toEqual({ family, device })
      expect(await store.findRepeat(repeat.requestHash, t0)).toBe(repeat.sealedAnswer)
      expect(await store.findEnrolment(enrolment.id, t0)).toEqual(enrolment)
      expect(await store.takeActivationTry(activation.codeId, 5, t0)).toEqual(activation)

      await race(await nodes(), (node) => node.purge(family.expiresAt))
      expect(await store.findSession(family.sid)).toBe(null)
      expect(await store.findFamilyByRefresh(family.refreshDigest)).toBe(null)
      expect(await store.findRepeat(repeat.requestHash, t0)).toBe(null)
      expect(await store.findEnrolment(enrolment.id, t0)).toBe(null)
      expect(await store.takeActivationTry(activation.codeId, 5, t0)).toBe(null)
      expect(await store.findDevice(device.id)).toEqual(device)
    })

    it('answers a ping with its clock, where it has one of its own', async () => {
      for (const node of await nodes()) {
        const before = Date.now()
        const at = await node.ping()
        // Right to the minute: a test machine's database may be another machine.
        expect(at === null || Math.abs(at - before) < 60_000).toBe(true)
      }
    })
  })
}

async function lastAuditId(store: DurableStore): Promise<number> {
  return (await store.readAudit({ limit: 100_000 })).at(-1)?.id ?? 0
}
