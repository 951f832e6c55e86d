import type { Kysely } from 'kysely'
import type { Database } from './schema.ts'
import type { FactorStore } from '../../store-factors.ts'

type Acts = Pick<FactorStore, 'releaseShare' | 'wipeShares' | 'wipeCount'>

export function shareActs(_db: Kysely<Database>): Acts {
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
