/** The last data, without the service: what this phone last knew, of when it is, and what has to wait. */
import type { OpenedOffline } from '@holdfast/client'
import { useEffect, useState } from 'react'
import type { Account, BankDocument } from '../bank/shapes.ts'
import { readSnapshot, type Snapshot, snapshotName } from '../bank/snapshot.ts'
import { Amount } from '../components/Amount.tsx'
import { Banner } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Card, Rows } from '../components/Card.tsx'
import { Disc } from '../components/Disc.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { OfflineLine } from '../components/OfflineLine.tsx'
import { Points } from '../components/Points.tsx'
import { Screen } from '../components/Screen.tsx'
import { Section } from '../components/Section.tsx'
import { SkeletonRows } from '../components/Skeleton.tsx'
import { EmptyState } from '../components/State.tsx'
import { TotalCard } from '../components/TotalCard.tsx'
import { TransactionRow } from '../components/TransactionRow.tsx'
import { TransactionSheet, useTransactionSheet } from '../components/TransactionSheet.tsx'
import { Type } from '../components/Type.tsx'
import { onReconnect } from '../device/lifecycle.ts'
import { listAway } from '../state/kept-documents.ts'
import { useApp } from '../state/use-app.tsx'
import { useFormat, useWords } from '../words/language.tsx'
import { OfflineHomeDocuments } from './OfflineHomeDocuments.tsx'

type Kept = { readonly snapshot: Snapshot | null; readonly documents: readonly BankDocument[] }

/** Null until it is read; what cannot be read is locked, and the app goes where it belongs then. */
function useKept({ last }: OpenedOffline): Kept | null {
  const app = useApp()
  const [kept, setKept] = useState<Kept | null>(null)
  useEffect(() => {
    async function read(): Promise<void> {
      const [text, documents] = await Promise.all([last.get(snapshotName), listAway(last)])
      setKept({ snapshot: readSnapshot(text), documents })
    }
    read().catch(() => app.lock())
  }, [app, last])
  return kept
}

function useReconnected(): boolean {
  const [back, setBack] = useState(false)
  useEffect(() => onReconnect(() => setBack(true)), [])
  return back
}

export function OfflineHome({ opened }: { readonly opened: OpenedOffline }) {
  const app = useApp()
  const { offline } = useWords()
  const format = useFormat()
  const kept = useKept(opened)
  const back = useReconnected()
  const footer = <Button title={back ? offline.unlock : offline.again} onPress={() => void app.lock()} />
  return (
    <Screen title={offline.title} footer={footer}>
      <Banner
        tone={back ? 'good' : 'warn'}
        text={back ? offline.back : offline.text(format.moment(opened.until))}
      />
      {kept === null ? (
        <SkeletonRows />
      ) : kept.snapshot === null ? (
        <EmptyState icon="offline" title={offline.nothing} text={offline.nothingText} />
      ) : (
        <Content snapshot={kept.snapshot} />
      )}
      <OfflineHomeDocuments documents={kept?.documents ?? []} last={opened.last} />
      <Section title={offline.not}>
        <Card>
          <Points items={[offline.notPay, offline.notCards, offline.notOthers]} icon="pause" />
        </Card>
      </Section>
    </Screen>
  )
}

function Content({ snapshot: { at, accounts, transactions } }: { readonly snapshot: Snapshot }) {
  const { daily } = useWords()
  const format = useFormat()
  const sheet = useTransactionSheet()
  return (
    <>
      <TotalCard accounts={accounts}>
        <OfflineLine at={at} />
      </TotalCard>
      <Section title={daily.home.accounts}>
        <Accounts accounts={accounts} />
      </Section>
      <Section title={daily.home.latest}>
        {transactions.length === 0 ? (
          <Card>
            <Type tone="soft">{daily.home.none}</Type>
          </Card>
        ) : (
          <Rows label={daily.home.latest}>
            {transactions.map((transaction) => (
              <TransactionRow
                key={transaction.id}
                transaction={transaction}
                when={format.moment(transaction.at)}
                onPress={() => sheet.show(transaction)}
              />
            ))}
          </Rows>
        )}
        <TransactionSheet {...sheet} />
      </Section>
    </>
  )
}

function Accounts({ accounts }: { readonly accounts: readonly Account[] }) {
  const { home } = useWords().daily
  const format = useFormat()
  return (
    <Rows label={home.accounts}>
      {accounts.map(({ id, name, kind, balance, available }) => (
        <ListRow
          key={id}
          title={name}
          text={home.available(format.money(available))}
          mark={<Disc icon={kind === 'savings' ? 'piggy' : 'card'} />}
          end={<Amount money={balance} />}
        />
      ))}
    </Rows>
  )
}
