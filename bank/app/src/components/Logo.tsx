/** The bank's own sign and name. */
import { View } from 'react-native'
import { space, stylesOf, useTheme } from '../theme.ts'
import { Leaf } from './Icon.tsx'
import { Type } from './Type.tsx'

const useStyles = stylesOf((colors) => ({
  row: { flexDirection: 'row', alignItems: 'center', gap: space.s },
  sign: { backgroundColor: colors.hero, alignItems: 'center', justifyContent: 'center' },
}))

export function Sign({ size }: { readonly size: number }) {
  const styles = useStyles()
  const { colors } = useTheme()
  return (
    <View aria-hidden style={[styles.sign, { width: size, height: size, borderRadius: size * 0.28 }]}>
      <Leaf size={size * 0.72} color={colors.onHero} vein={colors.hero} />
    </View>
  )
}

export function Logo() {
  const styles = useStyles()
  return (
    <View role="img" aria-label="Alder Bank" style={styles.row}>
      <Sign size={36} />
      <Type kind="heading">Alder Bank</Type>
    </View>
  )
}
