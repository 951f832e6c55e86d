import type { Kysely } from 'kysely'
import type { Database } from './schema.ts'
import type { FactorStore } from '../../store-factors.ts'

type Acts = Pick<FactorStore, 'findFactor' | 'startFamilyByFactor' | 'listNotices' | 'suspendDevice'>

export function factorActs(_db: Kysely<Database>): Acts {
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
