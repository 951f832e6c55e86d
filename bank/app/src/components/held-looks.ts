import type { HeldState } from '../state/use-held.ts'
import type { IconName } from './icon-paths.ts'

export const heldLooks: Readonly<
  Record<HeldState, { readonly icon: IconName; readonly tone: 'good' | 'warn' | 'bad' | 'soft' }>
> = {
  held: { icon: 'pause', tone: 'warn' },
  released: { icon: 'check', tone: 'good' },
  sent: { icon: 'help', tone: 'warn' },
  refused: { icon: 'close', tone: 'bad' },
  expired: { icon: 'clock', tone: 'soft' },
}
