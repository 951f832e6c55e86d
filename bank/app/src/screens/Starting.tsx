import { View } from 'react-native'
import { Sign } from '../components/Logo.tsx'
import { stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'

const useStyles = stylesOf((colors) => ({
  all: { flex: 1, alignItems: 'center', justifyContent: 'center', backgroundColor: colors.ground },
}))

export function Starting() {
  const styles = useStyles()
  return (
    <View role="status" aria-label={useWords().start.starting} style={styles.all}>
      <Sign size={88} />
    </View>
  )
}
