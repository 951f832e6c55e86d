/** Rows that belong together, under their heading. */
import type { ReactNode } from 'react'
import { View } from 'react-native'
import { space, stylesOf } from '../theme.ts'
import { Type } from './Type.tsx'

const useStyles = stylesOf(() => ({ section: { gap: space.m } }))

export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <View style={useStyles().section}>
      <Type kind="heading" level={2}>
        {title}
      </Type>
      {children}
    </View>
  )
}
