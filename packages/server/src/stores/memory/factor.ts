import type { FactorStore, StartByFactor } from '../../store-factors.ts'
import { noticeKinds } from '../notice-kinds.ts'
import { judgeAck } from '../share-ack.ts'
import { note, tell, type Records } from './records.ts'
import { addFamily, endFamilies } from './session.ts'
import { dropShare } from './share.ts'

type Acts = Pick<FactorStore, 'findFactor' | 'startFamilyByFactor' | 'listNotices' | 'suspendDevice'>

export function factorActs(records: Records): Acts {
  const { devices, factors } = records
  return {
    async findFactor(id, now) {
      const held = factors.get(id)
      return held && held.expiresAt > now ? { ...held } : null
    },

    async startFamilyByFactor(start) {
      const { family } = start
      const device = devices.get(family.deviceId)
      if (!device || device.revokedAt !== null) return 'device_revoked'
      if (device.suspendedFor !== null) return 'suspended'
      const way = wayOf(records, start)
      if (way === null || !takeAck(records, start, way)) return 'refused'
      factors.delete(start.factor)
      if (start.kind === 'passcode') makeCurrent(records, device.id, way, start.now)
      addFamily(records, family, start.repeat)
      note(records, start.audit)
      return 'started'
    },

    async listNotices({ user, since, limit }) {
      return records.audit
        .filter((entry) => entry.user === user && entry.at > since && noticeKinds.has(entry.action))
        .flatMap(({ id, at, action, device }) => {
          const named = devices.get(device ?? '')
          return named === undefined ? [] : [{ id, at, kind: action, device: named.name }]
        })
        .toReversed()
        .slice(0, limit)
    },

    async suspendDevice(id, reason, now, audit) {
      const device = devices.get(id)
      if (!device || device.revokedAt !== null || device.suspendedFor !== null) return false
      device.suspendedFor = reason
      forgetPasscodes(records, id)
      for (const held of factors.values()) if (held.deviceId === id) factors.delete(held.id)
      endFamilies(records, id, now)
      note(records, audit)
      tell(records, { device: id })
      return true
    },
  }
}

/** An attempt key stays without its passcode: what it signs is refused, and the refusal is one the device can believe. */
export function forgetPasscodes({ passcodes }: Records, deviceId: string): void {
  for (const passcode of passcodes.values()) {
    if (passcode.deviceId !== deviceId) continue
    if (passcode.state === 'current' && passcode.attemptKey !== null) passcode.sealedUpload = ''
    else passcodes.delete(passcode.id)
  }
}

/** What the factor was proved with, when it may open this family and its way in still stands. */
function wayOf(
  { factors, passcodes, presences }: Records,
  { family, factor, kind, now }: StartByFactor,
): string | null {
  const held = factors.get(factor)
  if (held?.deviceId !== family.deviceId || held.kind !== kind || held.expiresAt <= now) return null
  const standing =
    kind === 'passcode'
      ? passcodes.get(held.way)?.deviceId === family.deviceId
      : presences.get(family.deviceId)?.id === held.way
  return standing ? held.way : null
}

/** False, and nothing changed, when the device's word cannot be true. */
function takeAck({ shares, vaultMarks }: Records, { family, ack, now }: StartByFactor, way: string): boolean {
  const share = shares.get(family.deviceId)?.get(way)
  const marks = vaultMarks.get(family.deviceId)
  const taken = judgeAck(share, marks, ack)
  if (taken === null) return false
  if (share) Object.assign(share, taken.share, { updatedAt: now })
  if (marks) marks.mark = taken.mark
  return true
}

/** The one before goes with its share, and so do the sessions it opened. */
function makeCurrent(records: Records, deviceId: string, id: string, now: number): void {
  const passcode = records.passcodes.get(id)
  if (passcode?.state !== 'pending') return
  for (const other of records.passcodes.values()) {
    if (other.deviceId !== deviceId || other.id === id) continue
    records.passcodes.delete(other.id)
    dropShare(records, deviceId, other.id)
  }
  passcode.state = 'current'
  endFamilies(records, deviceId, now)
  tell(records, { device: deviceId })
}
