/** A name and what it is, one above the other. */
import { View } from 'react-native'
import { space, stylesOf } from '../theme.ts'
import { Type } from './Type.tsx'

const useStyles = stylesOf(() => ({ fact: { paddingHorizontal: space.l, paddingVertical: space.m, gap: 2 } }))

export function Fact({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <View style={useStyles().fact}>
      <Type kind="small" tone="soft">
        {label}
      </Type>
      <Type tabular>{value}</Type>
    </View>
  )
}
