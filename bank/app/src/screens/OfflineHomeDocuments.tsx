/** Documents their user wanted to see without a connection. */
import type { OfflineReader } from '@holdfast/client'
import { useEffect, useState } from 'react'
import { noonOf } from '../bank/day.ts'
import type { BankDocument } from '../bank/shapes.ts'
import { Rows } from '../components/Card.tsx'
import { Disc } from '../components/Disc.tsx'
import { documentIcons } from '../components/document-icons.ts'
import { DocumentPage } from '../components/DocumentPage.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { Section } from '../components/Section.tsx'
import { Sheet } from '../components/Sheet.tsx'
import { openAway } from '../state/kept-documents.ts'
import { useApp } from '../state/use-app.tsx'
import { useFormat, useWords } from '../words/language.tsx'

export type OfflineHomeDocumentsProps = {
  readonly documents: readonly BankDocument[]
  readonly last: OfflineReader
}

export function OfflineHomeDocuments({ documents, last }: OfflineHomeDocumentsProps) {
  const words = useWords()
  const format = useFormat()
  const [shown, show] = useState<BankDocument | null>(null)
  if (documents.length === 0) return null
  return (
    <Section title={words.offline.documents}>
      <Rows label={words.offline.documents}>
        {documents.map((document) => (
          <ListRow
            key={document.id}
            title={document.title}
            text={`${words.documents.one[document.kind]} · ${format.date(noonOf(document.date))}`}
            mark={<Disc icon={documentIcons[document.kind]} />}
            onPress={() => show(document)}
          />
        ))}
      </Rows>
      {shown === null ? null : <Shown document={shown} last={last} onClose={() => show(null)} />}
    </Section>
  )
}

type ShownProps = {
  readonly document: BankDocument
  readonly last: OfflineReader
  readonly onClose: () => void
}

function Shown({ document: { id, title }, last, onClose }: ShownProps) {
  const app = useApp()
  const [pdf, setPdf] = useState<Uint8Array | null>(null)
  useEffect(() => {
    let gone = false
    async function open(): Promise<void> {
      const found = await openAway(last, id)
      if (!gone) setPdf(found)
    }
    open().catch(() => app.lock())
    return () => {
      gone = true
    }
  }, [app, id, last])
  return (
    <Sheet title={title} onClose={onClose}>
      {pdf === null ? null : <DocumentPage pdf={pdf} title={title} />}
    </Sheet>
  )
}
