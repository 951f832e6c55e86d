/** The frame of every screen: header, a column that scrolls, and what stays at the bottom. */
import { type ReactNode, useEffect } from 'react'
import { SafeAreaView, ScrollView, View } from 'react-native'
import { nameWindow } from '../device/focus.ts'
import { usePlace } from '../nav/nav.tsx'
import { isLargeText } from '../rem.ts'
import { column, space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { IconButton } from './IconButton.tsx'
import { Title } from './Title.tsx'

export type ScreenProps = {
  readonly title: string
  /** Of the window, where the title tells of its user: a browser's history keeps it on the disk. */
  readonly windowTitle?: string
  /** Where going back is not the navigator's: in the steps of a set-up. */
  readonly onBack?: () => void
  /** At the right of the header. */
  readonly action?: ReactNode
  /** The main buttons: they stay above the lower edge, unless large text needs the room. */
  readonly footer?: ReactNode
  /** Between header and what scrolls. */
  readonly fixed?: ReactNode
  /** Above the title, on screens that are not the navigator's. */
  readonly lead?: ReactNode
  readonly children: ReactNode
}

const useStyles = stylesOf((colors) => ({
  frame: { flex: 1, backgroundColor: colors.ground },
  column: { width: '100%', maxWidth: column, alignSelf: 'center' },
  header: {
    flexDirection: 'row',
    alignItems: 'center',
    gap: space.xs,
    minHeight: 64,
    paddingHorizontal: space.l,
    paddingVertical: space.s,
  },
  lead: { paddingHorizontal: space.l, paddingTop: space.l },
  withBack: { paddingLeft: space.xs },
  title: { flex: 1 },
  grow: { flex: 1 },
  content: { paddingHorizontal: space.l, paddingBottom: space.xl, gap: space.l, flexGrow: 1 },
  flowing: { gap: space.s },
  footer: { paddingHorizontal: space.l, paddingTop: space.m, paddingBottom: space.l, gap: space.s },
}))

export function Screen({
  title,
  windowTitle = title,
  onBack,
  action,
  footer,
  fixed,
  lead,
  children,
}: ScreenProps) {
  const styles = useStyles()
  const words = useWords()
  const place = usePlace()
  const back = onBack ?? place.back
  const flows = isLargeText()
  useEffect(() => {
    if (place.shown) nameWindow(windowTitle)
  }, [place.shown, windowTitle])
  return (
    <SafeAreaView style={styles.frame}>
      {lead === undefined ? null : <View style={[styles.column, styles.lead]}>{lead}</View>}
      <View style={[styles.column, styles.header, back !== null && styles.withBack]}>
        {back === null ? null : <IconButton icon="back" label={words.daily.parts.back} onPress={back} />}
        <View style={styles.title}>
          <Title text={title} shown={place.shown} kind={back === null ? 'title' : 'heading'} />
        </View>
        {action}
      </View>
      {fixed === undefined ? null : <View style={styles.column}>{fixed}</View>}
      <ScrollView
        {...scrollable}
        style={styles.grow}
        contentContainerStyle={[styles.column, styles.content]}
        keyboardShouldPersistTaps="handled"
      >
        {children}
        {flows && footer !== undefined ? <View style={styles.flowing}>{footer}</View> : null}
      </ScrollView>
      {flows || footer === undefined ? null : <View style={[styles.column, styles.footer]}>{footer}</View>}
    </SafeAreaView>
  )
}

/** Also by keyboard, where nothing in it takes the focus. */
export const scrollable: object = { tabIndex: 0 }
