/** One large amount, its cents smaller. It wraps rather than be cut. */
import { Text } from 'react-native'
import type { Money } from '../bank/money.ts'
import { isLargeText } from '../rem.ts'
import { type as kinds, useTheme } from '../theme.ts'
import { useFormat } from '../words/language.tsx'
import type { Tone } from './Type.tsx'

export function BigAmount({ money, tone = 'ink' }: { readonly money: Money; readonly tone?: Tone }) {
  const { colors } = useTheme()
  const { whole, rest } = useFormat().split(money)
  return (
    <Text
      style={[
        isLargeText() ? kinds.title : kinds.hero,
        { color: colors[tone], fontVariant: ['tabular-nums'] },
      ]}
    >
      {whole}
      <Text style={isLargeText() ? kinds.heading : kinds.title}>{rest}</Text>
    </Text>
  )
}
