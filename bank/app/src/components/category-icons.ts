import type { Transaction } from '../bank/shapes.ts'
import type { IconName } from './icon-paths.ts'

export const categoryIcons: Readonly<Record<Transaction['category'], IconName>> = {
  groceries: 'groceries',
  housing: 'home',
  transport: 'bus',
  eating_out: 'fork',
  health: 'heart',
  shopping: 'bag',
  leisure: 'ticket',
  utilities: 'bolt',
  transfers: 'swap',
  other: 'dots',
  income: 'receive',
}
