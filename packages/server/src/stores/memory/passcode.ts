import type { Records } from './records.ts'
import type { FactorStore } from '../../store-factors.ts'

type Acts = Pick<
  FactorStore,
  | 'addPasscode'
  | 'findPasscode'
  | 'listPasscodes'
  | 'findDeviceByAttemptKey'
  | 'takePasscodeTry'
  | 'saveLogin'
  | 'findLogin'
  | 'finishLogin'
>

export function passcodeActs(_records: Records): Acts {
  return {
    addPasscode: async () => {
      throw new Error('not built')
    },
    findPasscode: async () => {
      throw new Error('not built')
    },
    listPasscodes: async () => {
      throw new Error('not built')
    },
    findDeviceByAttemptKey: async () => {
      throw new Error('not built')
    },
    takePasscodeTry: async () => {
      throw new Error('not built')
    },
    saveLogin: async () => {
      throw new Error('not built')
    },
    findLogin: async () => {
      throw new Error('not built')
    },
    finishLogin: async () => {
      throw new Error('not built')
    },
  }
}
