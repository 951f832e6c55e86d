/** Where a document is kept: also for when there is no connection, or not on this phone any more. */
import { Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Rows } from '../components/Card.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { Toggle } from '../components/Toggle.tsx'
import type { BankDocument } from '../bank/shapes.ts'
import { useNav } from '../nav/nav.tsx'
import { awayLimit, keptDocuments } from '../state/kept-documents.ts'
import { useAct } from '../state/use-act.ts'
import { useApp, useOpen } from '../state/use-app.tsx'
import { useLoad } from '../state/use-load.ts'
import { useFormat, useWords } from '../words/language.tsx'

export type DocumentKeepingProps = { readonly document: BankDocument; readonly pdf: Uint8Array }

export function DocumentKeeping({ document, pdf }: DocumentKeepingProps) {
  const nav = useNav()
  const open = useOpen()
  const { documents: words } = useWords()
  const { busy, error, run } = useAct()
  const remove = (): void =>
    run(async () => {
      await keptDocuments(open).remove(document.id)
      nav.back()
    })
  return (
    <>
      <Away document={document} pdf={pdf} />
      <Complaint text={error} />
      <Button kind="danger" icon="trash" title={words.remove} busy={busy} onPress={remove} />
    </>
  )
}

function Away({ document, pdf }: DocumentKeepingProps) {
  const { client } = useApp()
  const open = useOpen()
  const { documents: words } = useWords()
  const format = useFormat()
  const { busy, error, run } = useAct()
  const state = useLoad(`document ${document.id} away`, async () => {
    const { offline } = open.session.vault
    if (offline === null) return null
    const [on, { offline: finger }, until] = await Promise.all([
      keptDocuments(open).isAway(document.id),
      client.ways(),
      offline.until(),
    ])
    return { on, finger, until }
  })
  // The bank may allow none.
  if (state.value === null) return null
  const { on, finger, until } = state.value
  const possible = finger && pdf.length <= awayLimit
  function set(wanted: boolean): void {
    run(async () => {
      const kept = keptDocuments(open)
      await (wanted ? kept.takeAway(document, pdf) : kept.leaveBehind(document.id))
      state.reload()
    })
  }
  const why = pdf.length > awayLimit ? words.awayLarge : words.awayNever
  const text = !possible ? why : on && until !== null ? words.awayText(format.moment(until)) : words.awayOff
  return (
    <>
      <Rows>
        <ListRow
          title={words.away}
          text={text}
          whole
          {...(possible ? { end: <Toggle label={words.away} on={on} onChange={set} busy={busy} /> } : {})}
        />
      </Rows>
      <Complaint text={error} />
    </>
  )
}
