import type { Kysely } from 'kysely'
import type { Database } from './schema.ts'
import type { FactorStore } from '../../store-factors.ts'

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

export function presenceActs(_db: Kysely<Database>): Acts {
  return {
    addPresence: async () => {
      throw new Error('not built')
    },
    findPresence: async () => {
      throw new Error('not built')
    },
    findPresenceOf: async () => {
      throw new Error('not built')
    },
    removePresence: async () => {
      throw new Error('not built')
    },
    addPresenceChallenge: async () => {
      throw new Error('not built')
    },
    takePresenceChallenge: async () => {
      throw new Error('not built')
    },
    passPresence: async () => {
      throw new Error('not built')
    },
  }
}
