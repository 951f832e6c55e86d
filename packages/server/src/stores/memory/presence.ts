import type { FactorStore, PresenceRecord } from '../../store-factors.ts'
import { note, type Records } from './records.ts'
import { dropShare } from './share.ts'

type Acts = Pick<
  FactorStore,
  | 'addPresence'
  | 'findPresence'
  | 'findPresenceOf'
  | 'removePresence'
  | 'addPresenceChallenge'
  | 'takePresenceChallenge'
  | 'passPresence'
>

export function presenceActs(records: Records): Acts {
  const { presences, presenceChallenges, factors, repeats } = records
  return {
    async addPresence(presence, audit) {
      if (!isTrusted(records, presence.deviceId)) return false
      dropPresence(records, presence.deviceId)
      presences.set(presence.deviceId, { ...presence })
      note(records, audit)
      return true
    },

    async findPresence(id) {
      const held = [...presences.values()].find((presence) => presence.id === id)
      return held ? { ...held } : null
    },

    async findPresenceOf(deviceId) {
      const held = presences.get(deviceId)
      return held ? { ...held } : null
    },

    async removePresence(deviceId, audit) {
      if (!dropPresence(records, deviceId)) return false
      note(records, audit)
      return true
    },

    async addPresenceChallenge(challenge) {
      presenceChallenges.set(challenge.id, { ...challenge })
    },

    async takePresenceChallenge(id, deviceId, now) {
      const held = presenceChallenges.get(id)
      if (held?.deviceId !== deviceId || held.expiresAt <= now) return null
      presenceChallenges.delete(id)
      return held
    },

    async passPresence(factor, counter, repeat, audit) {
      const { way: id, deviceId } = factor
      if (!isTrusted(records, deviceId) || !raiseCounter(records, { id, deviceId, counter })) return false
      factors.set(factor.id, { ...factor })
      repeats.set(repeat.requestHash, { ...repeat })
      note(records, audit)
      return true
    },
  }
}

/** False, and nothing changed, when the key is gone or its counter is not below this one; 0 and 0: the key has none. */
export function raiseCounter(
  { presences }: Records,
  { id, deviceId, counter }: Pick<PresenceRecord, 'id' | 'deviceId' | 'counter'>,
): boolean {
  const held = presences.get(deviceId)
  if (held?.id !== id) return false
  const none = counter === 0 && held.counter === 0
  if (!none && counter <= held.counter) return false
  held.counter = counter
  return true
}

export function isTrusted({ devices }: Records, deviceId: string): boolean {
  const device = devices.get(deviceId)
  return device !== undefined && device.revokedAt === null && device.suspendedFor === null
}

/** With its share, and with what was proved by it and not used yet. False when there was none. */
export function dropPresence(records: Records, deviceId: string): boolean {
  const { presences, presenceChallenges, factors } = records
  const held = presences.get(deviceId)
  if (held === undefined) return false
  presences.delete(deviceId)
  for (const [id, challenge] of presenceChallenges)
    if (challenge.presenceId === held.id) presenceChallenges.delete(id)
  for (const [id, factor] of factors) if (factor.way === held.id) factors.delete(id)
  dropShare(records, deviceId, held.id)
  return true
}
