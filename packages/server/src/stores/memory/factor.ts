import type { Records } from './records.ts'
import type { FactorStore } from '../../store-factors.ts'

type Acts = Pick<FactorStore, 'findFactor' | 'startFamilyByFactor' | 'listNotices' | 'suspendDevice'>

export function factorActs(_records: Records): Acts {
  return {
    findFactor: async () => {
      throw new Error('not built')
    },
    startFamilyByFactor: async () => {
      throw new Error('not built')
    },
    listNotices: async () => {
      throw new Error('not built')
    },
    suspendDevice: async () => {
      throw new Error('not built')
    },
  }
}
