import { View } from 'react-native'
import { stylesOf } from '../theme.ts'

const useStyles = stylesOf((colors) => ({
  track: { height: 6, borderRadius: 3, backgroundColor: colors.line, overflow: 'hidden' },
  full: { height: 6, borderRadius: 3, backgroundColor: colors.brand },
}))

/** `value` from 0 to 1. */
export function Progress({ value, label }: { readonly value: number; readonly label: string }) {
  const styles = useStyles()
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100)
  return (
    <View
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      style={styles.track}
    >
      <View style={[styles.full, { width: `${percent}%` }]} />
    </View>
  )
}
