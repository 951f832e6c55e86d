/** Everything at a glance: what is there, where it went, what came last. */
import { useEffect } from 'react'
import { View } from 'react-native'
import { Amount } from '../components/Amount.tsx'
import { Card, Rows } from '../components/Card.tsx'
import { Disc } from '../components/Disc.tsx'
import { IconButton } from '../components/IconButton.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { ProtectionLine } from '../components/ProtectionCard.tsx'
import { QuickActions } from '../components/QuickActions.tsx'
import { Screen } from '../components/Screen.tsx'
import { Skeleton, SkeletonRows } from '../components/Skeleton.tsx'
import { SpendingBars } from '../components/SpendingBars.tsx'
import { EmptyState, ErrorState } from '../components/State.tsx'
import { TotalCard } from '../components/TotalCard.tsx'
import { TransactionSheet, useTransactionSheet } from '../components/TransactionSheet.tsx'
import { TransactionRow } from '../components/TransactionRow.tsx'
import { Type } from '../components/Type.tsx'
import { UnfinishedPayments } from '../components/UnfinishedPayments.tsx'
import type { Account, Spending } from '../bank/shapes.ts'
import { snapshotName, writeSnapshot } from '../bank/snapshot.ts'
import type { Bank } from '../bank/bank.ts'
import { useNav } from '../nav/nav.tsx'
import { useApp, useOpen } from '../state/use-app.tsx'
import { type Loaded, useLoad } from '../state/use-load.ts'
import { space, stylesOf } from '../theme.ts'
import { useFormat, useWords } from '../words/language.tsx'

const useStyles = stylesOf(() => ({
  section: { gap: space.m },
  head: { flexDirection: 'row', alignItems: 'center', justifyContent: 'space-between' },
}))

/** `YYYY-MM` of now. */
function thisMonth(): string {
  const now = new Date()
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}`
}

async function loadBooks(bank: Bank) {
  const [me, accounts] = await Promise.all([bank.me(), bank.accounts()])
  const [first] = accounts
  const latest = first === undefined ? [] : (await bank.transactions(first.id, { limit: 5 })).transactions
  return { me, accounts, latest }
}
type Books = Awaited<ReturnType<typeof loadBooks>>

/** What is seen here may be looked at later without a connection. */
function useKeeping(books: Books | null): void {
  const { session } = useOpen()
  useEffect(() => {
    if (books === null) return
    const { me, accounts, latest } = books
    const text = writeSnapshot({ at: Date.now(), name: me.name, accounts, transactions: latest })
    // There is no vault any more where it was locked meanwhile.
    const keep = async (): Promise<void> => session.vault.offline?.put(snapshotName, text)
    void keep().catch(() => undefined)
  }, [books, session])
}

function useGreeting(name: string | undefined): string {
  const { home } = useWords().daily
  if (name === undefined) return home.title
  const hour = new Date().getHours()
  const first = name.split(' ')[0] ?? name
  if (hour < 11) return home.morning(first)
  return hour < 18 ? home.day(first) : home.evening(first)
}

export function Home() {
  const app = useApp()
  const { home } = useWords().daily
  const books = useLoad('home', loadBooks)
  const month = thisMonth()
  const spending = useLoad(`spending ${month}`, (bank) => bank.spending(month))
  useKeeping(books.value)
  const title = useGreeting(books.value?.me.name)
  return (
    <Screen
      title={title}
      windowTitle={home.title}
      action={<IconButton icon="lock" label={home.lock} onPress={() => void app.lock()} />}
    >
      {books.value !== null ? (
        <Content books={books.value} spending={spending} />
      ) : books.error === null ? (
        <>
          <Skeleton height={168} />
          <SkeletonRows count={2} />
          <SkeletonRows />
        </>
      ) : (
        <ErrorState text={books.error} onAgain={books.reload} />
      )}
    </Screen>
  )
}

function Content({ books, spending }: { readonly books: Books; readonly spending: Loaded<Spending> }) {
  const { accounts, latest } = books
  return (
    <>
      <UnfinishedPayments />
      <TotalCard accounts={accounts}>
        <ProtectionLine />
      </TotalCard>
      <QuickActions />
      <Accounts accounts={accounts} />
      <SpendingCard spending={spending} />
      <Latest accounts={accounts} latest={latest} />
    </>
  )
}

function Accounts({ accounts }: { readonly accounts: readonly Account[] }) {
  const styles = useStyles()
  const nav = useNav()
  const format = useFormat()
  const { home } = useWords().daily
  return (
    <View style={styles.section}>
      <Type kind="heading" level={2}>
        {home.accounts}
      </Type>
      <Rows>
        {accounts.map(({ id, name, kind, balance, available }) => (
          <ListRow
            key={id}
            title={name}
            text={home.available(format.money(available))}
            mark={<Disc icon={kind === 'savings' ? 'piggy' : 'card'} />}
            end={<Amount money={balance} />}
            onPress={() => nav.go('account', { account: id })}
          />
        ))}
      </Rows>
    </View>
  )
}

/** A picture is worth having only when it is there: without it the rest stands by itself. */
function SpendingCard({ spending }: { readonly spending: Loaded<Spending> }) {
  const { home } = useWords().daily
  const format = useFormat()
  const { value } = spending
  if (value === null) return spending.error === null ? <SkeletonRows count={3} /> : null
  const size = (minor: bigint): bigint => (minor < 0n ? -minor : minor)
  const total = size(value.total.minor)
  const apart = total - size(value.previous.minor)
  const text = format.money({ ...value.total, minor: size(apart) })
  return (
    <Card>
      <View>
        <Type kind="small" tone="soft">
          {home.spending}
        </Type>
        <Amount kind="title" money={{ ...value.total, minor: total }} />
        <Type kind="small" tone="soft">
          {apart === 0n ? home.same : apart < 0n ? home.less(text) : home.moreThan(text)}
        </Type>
      </View>
      {total === 0n ? <Type>{home.nothing}</Type> : <SpendingBars categories={value.categories} />}
    </Card>
  )
}

function Latest({
  accounts,
  latest,
}: {
  readonly accounts: readonly Account[]
  readonly latest: Books['latest']
}) {
  const styles = useStyles()
  const { home } = useWords().daily
  const format = useFormat()
  const nav = useNav()
  const sheet = useTransactionSheet()
  const [first] = accounts
  return (
    <View style={styles.section}>
      <Type kind="heading" level={2}>
        {home.latest}
      </Type>
      {latest.length === 0 ? (
        <Card>
          <EmptyState icon="swap" title={home.none} text={home.noneText} />
        </Card>
      ) : (
        <Rows label={home.latest}>
          {latest.map((transaction) => (
            <TransactionRow
              key={transaction.id}
              transaction={transaction}
              when={format.moment(transaction.at)}
              onPress={() => sheet.show(transaction)}
            />
          ))}
          {first === undefined ? null : (
            <ListRow title={home.all} onPress={() => nav.go('account', { account: first.id })} />
          )}
        </Rows>
      )}
      <TransactionSheet {...sheet} />
    </View>
  )
}
