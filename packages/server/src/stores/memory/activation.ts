import type { ActivationRecord, DurableStore } from '../../store.ts'
import { note, type HeldActivation, type Records } from './records.ts'

type Acts = Pick<DurableStore, 'addActivation' | 'takeActivationTry' | 'redeemActivation'>

export function activationActs(records: Records): Acts {
  const { activations, enrolments, repeats } = records
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
  }
}

function activationOf({ tries: _tries, used: _used, ...activation }: HeldActivation): ActivationRecord {
  return activation
}
