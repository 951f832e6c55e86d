import { Pressable, View } from 'react-native'
import { radius, stylesOf, touch } from '../theme.ts'

const useStyles = stylesOf((colors) => ({
  press: { minWidth: touch, minHeight: touch, alignItems: 'center', justifyContent: 'center' },
  track: { width: 48, height: 28, borderRadius: radius.pill, backgroundColor: colors.edge, padding: 3 },
  on: { backgroundColor: colors.brand },
  knob: { width: 22, height: 22, borderRadius: 11, backgroundColor: colors.surface },
  knobOn: { transform: [{ translateX: 20 }] },
  waiting: { opacity: 0.5 },
}))

export type ToggleProps = {
  readonly label: string
  readonly on: boolean
  readonly onChange: (on: boolean) => void
  readonly busy?: boolean
}

export function Toggle({ label, on, onChange, busy = false }: ToggleProps) {
  const styles = useStyles()
  return (
    <Pressable
      role="switch"
      aria-label={label}
      aria-checked={on}
      aria-busy={busy}
      disabled={busy}
      onPress={() => onChange(!on)}
      style={[styles.press, busy && styles.waiting]}
    >
      <View style={[styles.track, on && styles.on]}>
        <View style={[styles.knob, on && styles.knobOn]} />
      </View>
    </Pressable>
  )
}
