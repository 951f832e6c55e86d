/** What every act plays with. */
import type { VirtualPhone } from '@holdfast/client/testing'
import type { Bank } from './deployment.ts'
import type { Witness } from './inside.ts'

export type Scene = {
  readonly bank: Bank
  readonly phone: VirtualPhone
  readonly witness: Witness
}

export type Money = { readonly currency: string; readonly value: string }

/** What Maria types in; nobody but her phone ever sees it. */
export const passcode = '739264'
