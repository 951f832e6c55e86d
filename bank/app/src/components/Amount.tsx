/** Money, in digits of one width. */
import type { Money } from '../bank/money.ts'
import type { Kind } from '../theme.ts'
import { useFormat } from '../words/language.tsx'
import { type Tone, Type } from './Type.tsx'

export type AmountProps = {
  readonly money: Money
  /** With its sign, and green when it comes in. */
  readonly signed?: boolean
  readonly kind?: Kind
  readonly tone?: Tone
}

export function Amount({ money, signed = false, kind = 'strong', tone }: AmountProps) {
  const format = useFormat()
  const own: Tone = signed && money.minor > 0n ? 'good' : 'ink'
  return (
    <Type kind={kind} tone={tone ?? own} tabular>
      {signed ? format.signed(money) : format.money(money)}
    </Type>
  )
}
