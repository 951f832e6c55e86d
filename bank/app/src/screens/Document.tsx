/** One document, opened in memory; its details say where it lies. */
import { useState } from 'react'
import { View } from 'react-native'
import { noonOf } from '../bank/day.ts'
import type { BankDocument } from '../bank/shapes.ts'
import { Rows } from '../components/Card.tsx'
import { DocumentPage } from '../components/DocumentPage.tsx'
import { Fact } from '../components/Fact.tsx'
import { IconButton } from '../components/IconButton.tsx'
import { LockLine } from '../components/LockLine.tsx'
import { Progress } from '../components/Progress.tsx'
import { Screen } from '../components/Screen.tsx'
import { Sheet } from '../components/Sheet.tsx'
import { useSlow } from '../components/Spinner.tsx'
import { ErrorState } from '../components/State.tsx'
import { Type } from '../components/Type.tsx'
import type { Routes } from '../nav/routes.ts'
import { type Opening, useDocument } from '../state/use-document.ts'
import { space, stylesOf } from '../theme.ts'
import { useFormat, useWords } from '../words/language.tsx'
import { DocumentKeeping } from './DocumentKeeping.tsx'

const useStyles = stylesOf(() => ({
  waiting: { flexGrow: 1, justifyContent: 'center', gap: space.l, paddingHorizontal: space.xl },
}))

export function Document({ document }: Routes['document']) {
  const { documents: words } = useWords()
  const { opening, error, again } = useDocument(document)
  const [details, setDetails] = useState(false)
  const pdf = opening.step === 'open' ? opening.pdf : null
  const action = <IconButton icon="info" label={words.details} onPress={() => setDetails(true)} />
  return (
    <Screen title={document.title} windowTitle={words.title} {...(pdf === null ? {} : { action })}>
      {pdf !== null ? (
        <>
          <DocumentPage pdf={pdf} title={document.title} />
          <LockLine text={words.placeShort} />
        </>
      ) : error === null ? (
        <Waiting opening={opening} />
      ) : (
        <ErrorState text={error} onAgain={again} />
      )}
      {details && pdf !== null ? (
        <Details document={document} pdf={pdf} onClose={() => setDetails(false)} />
      ) : null}
    </Screen>
  )
}

const parts = { opening: 0.85, fetching: 0.3, storing: 0.65 } as const

/** Nobody needs to be told of half a second. */
function Waiting({ opening: { step } }: { readonly opening: Opening }) {
  const styles = useStyles()
  const { documents: words } = useWords()
  const slow = useSlow(true)
  if (!slow || step === 'open' || step === 'failed') return null
  return (
    <View style={styles.waiting}>
      <Type align="center" live="polite">
        {words[step]}
      </Type>
      <Progress value={parts[step]} label={words[step]} />
    </View>
  )
}

type DetailsProps = {
  readonly document: BankDocument
  readonly pdf: Uint8Array
  readonly onClose: () => void
}

function Details({ document, pdf, onClose }: DetailsProps) {
  const { documents: words } = useWords()
  const format = useFormat()
  const { title, kind, date } = document
  return (
    <Sheet title={title} onClose={onClose}>
      <Rows>
        <Fact label={words.kind} value={words.one[kind]} />
        <Fact label={words.date} value={format.date(noonOf(date))} />
        <Fact label={words.length} value={words.size(Math.ceil(pdf.length / 1000))} />
        <Fact label={words.place} value={words.placeText} />
      </Rows>
      <DocumentKeeping document={document} pdf={pdf} />
    </Sheet>
  )
}
