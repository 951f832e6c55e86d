/** What the phone shows before money moves, and what its user says to it. */
import type { ClientOptions } from '@holdfast/client'
import { passcode } from './scene.ts'
import { done, screen } from './telling.ts'

/** Ids of what was approved, newest last. */
export const approved: string[] = []

/** Maria reads it, and gives her passcode for this and nothing else. */
export const approve: NonNullable<ClientOptions['approve']> = async ({ id, title, lines, notes }) => {
  approved.push(id)
  screen(title, lines)
  if (notes.includes('hold')) done('the app says beforehand that the bank will look at it')
  return { passcode }
}
