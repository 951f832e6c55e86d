/** All the bank wrote to its customer, by year; what lies on this phone has a lock. */
import { useState } from 'react'
import { noonOf } from '../bank/day.ts'
import type { BankDocument } from '../bank/shapes.ts'
import { Banner } from '../components/Banner.tsx'
import { Rows } from '../components/Card.tsx'
import { Chips } from '../components/Choice.tsx'
import { Disc } from '../components/Disc.tsx'
import { documentIcons } from '../components/document-icons.ts'
import { Icon } from '../components/Icon.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { LockLine } from '../components/LockLine.tsx'
import { Screen } from '../components/Screen.tsx'
import { Section } from '../components/Section.tsx'
import { SkeletonRows } from '../components/Skeleton.tsx'
import { EmptyState, ErrorState } from '../components/State.tsx'
import { View } from 'react-native'
import { useNav } from '../nav/nav.tsx'
import { type DocumentList, keptDocuments } from '../state/kept-documents.ts'
import { useOpen } from '../state/use-app.tsx'
import { useLoad } from '../state/use-load.ts'
import { space, stylesOf, useTheme } from '../theme.ts'
import { useFormat, useWords } from '../words/language.tsx'

const useStyles = stylesOf(() => ({ chips: { marginHorizontal: -space.l } }))

const kinds = ['all', 'statement', 'tax', 'contract'] as const
type Kind = (typeof kinds)[number]

export function Documents() {
  const open = useOpen()
  const { documents } = useWords()
  const list = useLoad('documents', () => keptDocuments(open).list())
  return (
    <Screen title={documents.title}>
      {list.value !== null ? (
        <Content list={list.value} />
      ) : list.error === null ? (
        <SkeletonRows count={6} />
      ) : (
        <ErrorState text={list.error} onAgain={list.reload} />
      )}
    </Screen>
  )
}

function Content({ list: { documents, stored, current } }: { readonly list: DocumentList }) {
  const styles = useStyles()
  const words = useWords()
  const [kind, setKind] = useState<Kind>('all')
  const shown = documents.filter((document) => kind === 'all' || document.kind === kind)
  const options = kinds.map((value) => ({
    value,
    text: value === 'all' ? words.documents.all : words.documents.kinds[value],
  }))
  if (documents.length === 0)
    return <EmptyState icon="document" title={words.documents.none} text={words.documents.noneText} />
  return (
    <>
      {current ? null : <Banner tone="warn" text={words.offline.documentsText} />}
      {stored.size === 0 ? null : <LockLine text={words.documents.stored(stored.size)} />}
      <View style={styles.chips}>
        <Chips label={words.documents.kind} options={options} value={kind} onChange={setKind} />
      </View>
      {shown.length === 0 ? (
        <EmptyState icon="document" title={words.documents.noneKind} text={words.documents.noneKindText} />
      ) : (
        <Years documents={shown} stored={stored} />
      )}
    </>
  )
}

function byYear(documents: readonly BankDocument[]): Map<string, BankDocument[]> {
  const years = new Map<string, BankDocument[]>()
  for (const document of documents) {
    const year = document.date.slice(0, 4)
    years.set(year, [...(years.get(year) ?? []), document])
  }
  return years
}

function Years({ documents, stored }: Pick<DocumentList, 'documents' | 'stored'>) {
  return [...byYear(documents)].map(([year, some]) => (
    <Section key={year} title={year}>
      <Rows>
        {some.map((document) => (
          <DocumentRow key={document.id} document={document} here={stored.has(document.id)} />
        ))}
      </Rows>
    </Section>
  ))
}

function DocumentRow({ document, here }: { readonly document: BankDocument; readonly here: boolean }) {
  const nav = useNav()
  const { documents: words } = useWords()
  const format = useFormat()
  const { title, kind, date, bytes } = document
  const text = `${format.date(noonOf(date))} · ${words.size(Math.ceil(bytes / 1000))}`
  return (
    <ListRow
      title={title}
      text={text}
      mark={<Disc icon={documentIcons[kind]} tone={here ? 'brand' : 'soft'} />}
      onPress={() => nav.go('document', { document })}
      {...(here ? { end: <Here /> } : {})}
    />
  )
}

function Here() {
  const { colors } = useTheme()
  const { documents } = useWords()
  return (
    <View role="img" aria-label={documents.here}>
      <Icon name="lock" size={20} color={colors.brand} />
    </View>
  )
}
