/** The frame of every screen on which unlocking is not the way on: what happened, and the one thing to do. */
import type { ReactNode } from 'react'
import { View } from 'react-native'
import { Complaint } from '../components/Banner.tsx'
import { Card } from '../components/Card.tsx'
import { Disc, type DiscTone } from '../components/Disc.tsx'
import type { IconName } from '../components/icon-paths.ts'
import { Logo } from '../components/Logo.tsx'
import { Screen } from '../components/Screen.tsx'
import { Type } from '../components/Type.tsx'
import { space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'

const useStyles = stylesOf(() => ({
  middle: { flexGrow: 1, alignItems: 'center', justifyContent: 'center', paddingVertical: space.xl },
}))

export type StandingProps = {
  readonly title: string
  readonly text: string
  readonly icon: IconName
  readonly tone?: DiscTone
  /** Absent where the button says it. */
  readonly todo?: string
  readonly error: string | null
  readonly footer: ReactNode
}

export function Standing({ title, text, icon, tone = 'warn', todo, error, footer }: StandingProps) {
  const styles = useStyles()
  const { standing } = useWords()
  return (
    <Screen title={title} lead={<Logo />} footer={footer}>
      <Type tone="soft">{text}</Type>
      <View style={styles.middle}>
        <Disc icon={icon} tone={tone} size={120} />
      </View>
      {todo === undefined ? null : (
        <Card>
          <Type kind="strong" level={2}>
            {standing.todo}
          </Type>
          <Type>{todo}</Type>
        </Card>
      )}
      <Complaint text={error} />
    </Screen>
  )
}
