import type { Records } from './records.ts'
import type { FactorStore } from '../../store-factors.ts'

type Acts = Pick<FactorStore, 'releaseShare' | 'wipeShares' | 'wipeCount'>

export function shareActs(_records: Records): Acts {
  return {
    releaseShare: async () => {
      throw new Error('not built')
    },
    wipeShares: async () => {
      throw new Error('not built')
    },
    wipeCount: async () => {
      throw new Error('not built')
    },
  }
}
