/** In the place of what is not there: nothing yet, or it could not be loaded. */
import type { ReactNode } from 'react'
import { View } from 'react-native'
import { space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { Button } from './Button.tsx'
import { Disc, type DiscTone } from './Disc.tsx'
import type { IconName } from './icon-paths.ts'
import { Type } from './Type.tsx'

const useStyles = stylesOf(() => ({
  state: { alignItems: 'center', gap: space.m, paddingVertical: space.xxl, paddingHorizontal: space.l },
  words: { gap: space.xs, maxWidth: 320 },
  act: { flexDirection: 'row' },
}))

export type EmptyStateProps = {
  readonly icon: IconName
  readonly title: string
  readonly text: string
  readonly tone?: DiscTone
  readonly children?: ReactNode
}

export function EmptyState({ icon, title, text, tone = 'brand', children }: EmptyStateProps) {
  const styles = useStyles()
  return (
    <View style={styles.state}>
      <Disc icon={icon} tone={tone} size={64} />
      <View style={styles.words}>
        <Type kind="heading" align="center">
          {title}
        </Type>
        <Type tone="soft" align="center">
          {text}
        </Type>
      </View>
      {children === undefined ? null : <View style={styles.act}>{children}</View>}
    </View>
  )
}

export function ErrorState({ text, onAgain }: { readonly text: string; readonly onAgain: () => void }) {
  const { parts } = useWords().daily
  return (
    <View role="alert">
      <EmptyState icon="warning" tone="warn" title={parts.failed} text={text}>
        <Button kind="secondary" title={parts.again} onPress={onAgain} fits />
      </EmptyState>
    </View>
  )
}
