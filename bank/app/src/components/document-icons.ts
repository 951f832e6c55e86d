import type { BankDocument } from '../bank/shapes.ts'
import type { IconName } from './icon-paths.ts'

export const documentIcons: Readonly<Record<BankDocument['kind'], IconName>> = {
  statement: 'document',
  tax: 'percent',
  contract: 'pen',
}
