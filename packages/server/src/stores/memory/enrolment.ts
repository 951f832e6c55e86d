import type { ActivationRecord, DurableStore } from '../../store.ts'
import { note, type HeldActivation, type Records } from './records.ts'

type Acts = Pick<
  DurableStore,
  | 'addActivation'
  | 'takeActivationTry'
  | 'redeemActivation'
  | 'findEnrolment'
  | 'takeOttTry'
  | 'completeEnrolment'
  | 'findRepeat'
>

export function enrolmentActs(records: Records): Acts {
  const { activations, enrolments, ottWindows, repeats, devices, devicesByKey, devicesByUser } = records
  return {
    async addActivation(activation, audit) {
      activations.set(activation.codeId, { ...activation, tries: 0, used: false })
      note(records, audit)
    },

    async takeActivationTry(codeId, limit, now) {
      const held = activations.get(codeId)
      if (!held || held.used || held.expiresAt <= now || held.tries >= limit) return null
      held.tries += 1
      return activationOf(held)
    },

    async redeemActivation(codeId, enrolment, repeat, audit) {
      const held = activations.get(codeId)
      if (!held || held.used || held.expiresAt <= enrolment.createdAt) return false
      held.used = true
      enrolments.set(enrolment.id, { ...enrolment })
      repeats.set(repeat.requestHash, { ...repeat })
      note(records, audit)
      return true
    },

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
      if (owned.filter((one) => one.revokedAt === null).length >= maxDevices) return 'device_limit'
      if (devicesByKey.has(device.keyThumbprint)) return 'key_known'
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

function activationOf({ tries: _tries, used: _used, ...activation }: HeldActivation): ActivationRecord {
  return activation
}
