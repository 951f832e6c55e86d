/** Why a payment is held, in words. A reason this console does not know is shown as it came. */
import { words } from '../words.ts'

export function reasonWords(reason: string): { readonly short: string; readonly long: string } {
  const [short, long] = (Object.hasOwn(words.reasons, reason) ? words.reasons[reason] : undefined) ?? [
    reason,
    reason,
  ]
  return { short, long }
}
