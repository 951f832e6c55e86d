import type { DurableStore } from '../../store.ts'
import { note, type Records } from './records.ts'

type Acts = Pick<DurableStore, 'findEnrolment' | 'takeOttTry' | 'completeEnrolment' | 'findRepeat'>

export function enrolmentActs(records: Records): Acts {
  const { enrolments, ottWindows, repeats, devices, devicesByKey, devicesByUser, passcodes } = records
  return {
    async findEnrolment(id, now) {
      const held = enrolments.get(id)
      return held && held.expiresAt > now ? { ...held } : null
    },

    async takeOttTry(user, limit, windowMs, now) {
      const held = ottWindows.get(user)
      const window = held && held.endsAt > now ? held : { endsAt: now + windowMs, tries: 0 }
      if (window.tries >= limit) return false
      window.tries += 1
      ottWindows.set(user, window)
      return true
    },

    async completeEnrolment(id, device, maxDevices, repeat, audit) {
      const enrolment = enrolments.get(id)
      if (enrolment?.user !== device.user || enrolment.expiresAt <= device.createdAt) return 'gone'
      const owned = devicesByUser.get(device.user) ?? []
      const live = owned.filter(({ revokedAt, suspendedFor }) => revokedAt === null && suspendedFor === null)
      if (live.length >= maxDevices) return 'device_limit'
      const key = device.keyThumbprint
      const isAttemptKey = [...passcodes.values()].some((held) => held.attemptKeyThumbprint === key)
      if (devicesByKey.has(key) || isAttemptKey) return 'key_known'
      const added = { ...device }
      enrolments.delete(id)
      ottWindows.delete(device.user)
      devices.set(device.id, added)
      devicesByKey.set(device.keyThumbprint, added)
      devicesByUser.set(device.user, [...owned, added])
      repeats.set(repeat.requestHash, { ...repeat })
      note(records, audit)
      return 'completed'
    },

    async findRepeat(requestHash, now) {
      const held = repeats.get(requestHash)
      return held && held.expiresAt > now ? held.sealedAnswer : null
    },
  }
}
