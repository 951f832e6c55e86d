/** Rises from the lower edge over the screen and holds it until it is answered. */
import { type ReactNode, useState } from 'react'
import { Modal, Pressable, SafeAreaView, ScrollView, View } from 'react-native'
import { useStillness } from '../device/motion.ts'
import { isLargeText } from '../rem.ts'
import { column, radius, space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { IconButton } from './IconButton.tsx'
import { scrollable } from './Screen.tsx'
import { Title } from './Title.tsx'

export type SheetProps = {
  readonly title: string
  /** Absent: it goes by itself, when what it waits for is done. */
  readonly onClose?: () => void
  /** A touch beside it is no answer. */
  readonly firm?: boolean
  readonly children: ReactNode
  /** Stays at the lower edge while the rest scrolls, unless large text needs the room. */
  readonly footer?: ReactNode
}

const useStyles = stylesOf((colors) => ({
  veil: { flex: 1, backgroundColor: colors.veil, justifyContent: 'flex-end' },
  outside: { flex: 1, minHeight: space.huge },
  sheet: {
    width: '100%',
    maxWidth: column,
    maxHeight: '92%',
    alignSelf: 'center',
    backgroundColor: colors.ground,
    // In the dark it would not stand out from what lies under the veil.
    borderWidth: 1,
    borderBottomWidth: 0,
    borderColor: colors.line,
    borderTopLeftRadius: radius.l + 4,
    borderTopRightRadius: radius.l + 4,
  },
  head: {
    flexDirection: 'row',
    alignItems: 'center',
    gap: space.s,
    minHeight: 56,
    paddingLeft: space.l,
    paddingRight: space.xs,
    paddingTop: space.s,
  },
  title: { flex: 1 },
  scroll: { flexGrow: 0, flexShrink: 1 },
  content: { paddingHorizontal: space.l, paddingTop: space.s, paddingBottom: space.l, gap: space.l },
  flowing: { gap: space.s },
  footer: { paddingHorizontal: space.l, paddingBottom: space.l, gap: space.s },
}))

export function Sheet({ title, onClose, firm = false, children, footer }: SheetProps) {
  const styles = useStyles()
  const still = useStillness()
  // One that changes while it comes up is no dialog to react-native-web: no focus is held, no Escape heard.
  const [animation] = useState(still ? ('none' as const) : ('fade' as const))
  const words = useWords()
  const flows = isLargeText()
  return (
    <Modal
      aria-label={title}
      transparent
      visible
      animationType={animation}
      {...(onClose && { onRequestClose: onClose })}
    >
      <View style={styles.veil}>
        <Pressable
          aria-hidden
          {...outside}
          style={styles.outside}
          onPress={() => (firm ? undefined : onClose?.())}
        />
        <SafeAreaView style={styles.sheet}>
          <View style={styles.head}>
            <View style={styles.title}>
              <Title text={title} shown kind="heading" level={2} />
            </View>
            {onClose === undefined ? null : (
              <IconButton icon="close" label={words.daily.parts.close} onPress={onClose} />
            )}
          </View>
          <ScrollView
            // Another step begins at its top.
            key={title}
            {...scrollable}
            style={styles.scroll}
            contentContainerStyle={styles.content}
            keyboardShouldPersistTaps="handled"
          >
            {children}
            {flows && footer !== undefined ? <View style={styles.flowing}>{footer}</View> : null}
          </ScrollView>
          {flows || footer === undefined ? null : <View style={styles.footer}>{footer}</View>}
        </SafeAreaView>
      </View>
    </Modal>
  )
}

/** The close button is for who moves by keyboard. */
const outside: object = { tabIndex: -1 }
