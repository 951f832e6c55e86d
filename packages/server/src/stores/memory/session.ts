import type { DeviceRecord, DurableStore, FamilyRecord, RepeatRecord } from '../../store.ts'
import { judgeRefresh } from '../rotation.ts'
import { note, tell, type HeldFamily, type Records } from './records.ts'

type Acts = Pick<
  DurableStore,
  'startFamily' | 'findFamilyByRefresh' | 'rotateRefresh' | 'findSession' | 'endFamily'
>

export function sessionActs(records: Records): Acts {
  const { devices, families, sidByDigest, repeats } = records

  function session(sid: string | undefined): { family: FamilyRecord; device: DeviceRecord } | null {
    const family = sid === undefined ? undefined : families.get(sid)
    const device = family && devices.get(family.deviceId)
    return family && device ? { family: familyOf(family), device: { ...device } } : null
  }

  return {
    async startFamily(family, repeat, audit) {
      const device = devices.get(family.deviceId)
      if (!device || device.revokedAt !== null || device.suspendedFor !== null) return false
      if (hasPasscode(records, device.id)) return false
      addFamily(records, family, repeat)
      note(records, audit)
      return true
    },

    async findFamilyByRefresh(digest) {
      return session(sidByDigest.get(digest))
    },

    async rotateRefresh(input) {
      const family = families.get(sidByDigest.get(input.presentedDigest) ?? '')
      const device = family && devices.get(family.deviceId)
      if (!family || !device) return { kind: 'refused' }
      const verdict = judgeRefresh({ ...family, deviceRevokedAt: device.revokedAt }, input)
      if (verdict.kind === 'refuse') return { kind: 'refused' }
      if (verdict.kind === 'repeat') {
        const { sealedAnswer } = verdict
        repeats.set(input.repeat.requestHash, { ...input.repeat, sealedAnswer })
        return { kind: 'repeated', sealedAnswer }
      }
      if (verdict.kind === 'reuse') {
        family.endedAt = input.now
        tell(records, { sid: family.sid })
        return { kind: 'reused', sid: family.sid }
      }
      family.previousDigest = input.presentedDigest
      family.refreshDigest = input.nextDigest
      family.rotatedAt = input.now
      family.successorAnswer = input.repeat.sealedAnswer
      family.idleAt = input.nextIdleAt
      sidByDigest.set(input.nextDigest, family.sid)
      repeats.set(input.repeat.requestHash, { ...input.repeat })
      note(records, input.audit)
      return { kind: 'rotated' }
    },

    async findSession(sid) {
      return session(sid)
    },

    async endFamily(sid, now, audit) {
      const family = families.get(sid)
      if (!family || family.endedAt !== null) return false
      family.endedAt = now
      note(records, audit)
      tell(records, { sid })
      return true
    },
  }
}

function hasPasscode({ passcodes }: Records, deviceId: string): boolean {
  return [...passcodes.values()].some((held) => held.deviceId === deviceId && held.state === 'current')
}

/** The family and the answer that goes with it. */
export function addFamily(records: Records, family: FamilyRecord, repeat: RepeatRecord): void {
  const { families, familiesByDevice, sidByDigest, repeats } = records
  families.set(family.sid, { ...family, previousDigest: null, rotatedAt: null, successorAnswer: null })
  const sids = familiesByDevice.get(family.deviceId) ?? new Set()
  familiesByDevice.set(family.deviceId, sids.add(family.sid))
  sidByDigest.set(family.refreshDigest, family.sid)
  repeats.set(repeat.requestHash, { ...repeat })
}

export function endFamilies({ families, familiesByDevice }: Records, deviceId: string, now: number): void {
  for (const sid of familiesByDevice.get(deviceId) ?? []) {
    const family = families.get(sid)
    if (family) family.endedAt ??= now
  }
}

function familyOf(held: HeldFamily): FamilyRecord {
  const { previousDigest: _digest, rotatedAt: _at, successorAnswer: _answer, ...family } = held
  return family
}
