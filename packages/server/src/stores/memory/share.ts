import type { FactorStore } from '../../store-factors.ts'
import { judgeRelease } from '../share-release.ts'
import { endFamilies } from './session.ts'
import { note, tell, type Records } from './records.ts'

type Acts = Pick<FactorStore, 'releaseShare' | 'wipeShares' | 'wasWiped' | 'settleWipes' | 'wipeCount'>

export function shareActs(records: Records): Acts {
  const { devices, shares, vaultMarks } = records
  return {
    async releaseShare(input) {
      const { deviceId, way, now } = input
      const device = devices.get(deviceId)
      const marks = vaultMarks.get(deviceId) ?? { mark: 0, issued: 0, gone: false }
      if (!device || device.revokedAt !== null || marks.gone) return { kind: 'gone' }
      if (device.suspendedFor !== null) return { kind: 'suspended' }
      const ways = shares.get(deviceId) ?? new Map()
      const verdict = judgeRelease(ways.get(way), input)
      if (verdict.kind !== 'release') return verdict
      marks.issued += 1
      vaultMarks.set(deviceId, marks)
      shares.set(deviceId, ways.set(way, { ...verdict.share, updatedAt: now }))
      return { kind: 'released', ...verdict.share, mark: marks.mark, nextMark: marks.issued }
    },

    async wipeShares(deviceId, now, audit) {
      if (!devices.has(deviceId) || vaultMarks.get(deviceId)?.gone === true) return false
      const wiped = closeVault(records, deviceId)
      for (const held of records.factors.values())
        if (held.deviceId === deviceId) records.factors.delete(held.id)
      endFamilies(records, deviceId, now)
      note(records, audit)
      tell(records, { device: deviceId })
      return wiped
    },

    async settleWipes({ least, forget }, audit) {
      records.wipes = Math.max(records.wipes, least)
      if (forget) for (const deviceId of shares.keys()) closeVault(records, deviceId)
      note(records, audit)
      return records.wipes
    },

    async wasWiped(deviceId) {
      return vaultMarks.get(deviceId)?.gone === true
    },

    async wipeCount() {
      return records.wipes
    },
  }
}

/** Of one way in, and what was proved by it. It counts as a wipe: an older store would give the share out again. */
export function dropShare(records: Records, deviceId: string, way: string): void {
  if (records.shares.get(deviceId)?.delete(way)) records.wipes += 1
  for (const held of records.factors.values())
    if (held.deviceId === deviceId && held.way === way) records.factors.delete(held.id)
}

/** Deletes every share of the device and lets none be made again. True when there was one. */
export function closeVault(records: Records, deviceId: string): boolean {
  const marks = records.vaultMarks.get(deviceId) ?? { mark: 0, issued: 0, gone: false }
  const had = (records.shares.get(deviceId)?.size ?? 0) > 0
  if (!marks.gone) records.wipes += 1
  records.shares.delete(deviceId)
  records.vaultMarks.set(deviceId, { ...marks, gone: true })
  return had
}
