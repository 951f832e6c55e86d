/** A document as a sheet of paper, or why there is none to see. */
import { View } from 'react-native'
import { canShowPdf, PdfView } from '../device/viewer.tsx'
import { radius, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'
import { EmptyState } from './State.tsx'

const useStyles = stylesOf((colors) => ({
  page: {
    flexGrow: 1,
    minHeight: 440,
    borderRadius: radius.m,
    borderWidth: 1,
    borderColor: colors.line,
    backgroundColor: colors.sunken,
    overflow: 'hidden',
  },
}))

export function DocumentPage({ pdf, title }: { readonly pdf: Uint8Array; readonly title: string }) {
  const styles = useStyles()
  const { documents } = useWords()
  if (!canShowPdf())
    return <EmptyState icon="eye" tone="soft" title={documents.unseen} text={documents.unseenText} />
  return (
    <View style={styles.page}>
      <PdfView pdf={pdf} title={title} />
    </View>
  )
}
