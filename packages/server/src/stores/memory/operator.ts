import type { DurableStore } from '../../store.ts'
import { note, type Records } from './records.ts'

type Acts = Pick<
  DurableStore,
  'addFirstOperator' | 'addOperator' | 'findOperator' | 'listOperators' | 'removeOperator'
>

export function operatorActs(records: Records): Acts {
  const { operators } = records
  return {
    async addFirstOperator(operator, audit) {
      if (operators.size > 0) return false
      operators.set(operator.name, { ...operator })
      note(records, audit)
      return true
    },

    async addOperator(operator, audit) {
      if (operators.has(operator.name)) return false
      operators.set(operator.name, { ...operator })
      note(records, audit)
      return true
    },

    async findOperator(name) {
      const held = operators.get(name)
      return held ? { ...held } : null
    },

    async listOperators() {
      return [...operators.values()].map(({ name, createdAt }) => ({ name, createdAt }))
    },

    async removeOperator(name, least, audit) {
      if (operators.size <= least || !operators.delete(name)) return false
      note(records, audit)
      return true
    },
  }
}
