/** One account: what it holds and everything that went in and out, by day, to be searched. */
import { useEffect, useMemo, useState } from 'react'
import { View } from 'react-native'
import { categories, type Transaction, type Transactions } from '../bank/shapes.ts'
import { AccountCard } from '../components/AccountCard.tsx'
import { Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Rows } from '../components/Card.tsx'
import { Chips } from '../components/Choice.tsx'
import { Field } from '../components/Field.tsx'
import { IconButton } from '../components/IconButton.tsx'
import { Screen } from '../components/Screen.tsx'
import { Skeleton, SkeletonRows } from '../components/Skeleton.tsx'
import { EmptyState, ErrorState } from '../components/State.tsx'
import { TransactionRow } from '../components/TransactionRow.tsx'
import { TransactionSheet, useTransactionSheet } from '../components/TransactionSheet.tsx'
import { Type } from '../components/Type.tsx'
import type { Routes } from '../nav/routes.ts'
import { useAct } from '../state/use-act.ts'
import { useOpen } from '../state/use-app.tsx'
import { useLoad } from '../state/use-load.ts'
import { space, stylesOf } from '../theme.ts'
import { useFormat, useWords } from '../words/language.tsx'

const useStyles = stylesOf(() => ({
  day: { gap: space.s },
  chips: { marginHorizontal: -space.l },
}))

/** Nothing is asked while somebody still types, in milliseconds. */
const pause = 300

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pause)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

export function Account({ account }: Routes['account']) {
  const styles = useStyles()
  const words = useWords().daily
  const found = useLoad(`account ${account}`, (bank) => bank.account(account))
  const [query, setQuery] = useState('')
  const [category, setCategory] = useState<'all' | (typeof categories)[number]>('all')
  const asked = useSettled(query.trim())
  const options = [
    { value: 'all' as const, text: words.account.all },
    ...categories.map((value) => ({ value, text: words.categories[value] })),
  ]
  return (
    <Screen title={found.value?.name ?? words.account.kind.current}>
      {found.value === null ? <Skeleton height={150} /> : <AccountCard account={found.value} />}
      <Field
        label={words.account.search}
        unlabelled
        icon="search"
        value={query}
        onChange={setQuery}
        input={{
          placeholder: words.account.search,
          inputMode: 'search',
          autoComplete: 'off',
          autoCorrect: false,
        }}
        {...(query === ''
          ? {}
          : { end: <IconButton icon="close" label={words.parts.clear} onPress={() => setQuery('')} /> })}
      />
      <View style={styles.chips}>
        <Chips label={words.account.category} options={options} value={category} onChange={setCategory} />
      </View>
      <Pages
        key={`${asked} ${category}`}
        account={account}
        query={asked}
        category={category === 'all' ? '' : category}
        onAgain={found.reload}
      />
    </Screen>
  )
}

type PagesProps = {
  readonly account: string
  readonly query: string
  readonly category: string
  /** What else did not come is asked for again, too. */
  readonly onAgain: () => void
}

function Pages({ account, query, category, onAgain }: PagesProps) {
  const { bank } = useOpen()
  const words = useWords().daily
  const search = { query, category }
  const first = useLoad(`transactions ${account} ${category} ${query}`, (from) =>
    from.transactions(account, search),
  )
  const [later, setLater] = useState<readonly Transactions[]>([])
  const { busy, error, run } = useAct()
  if (first.value === null)
    return first.error === null ? (
      <SkeletonRows count={6} />
    ) : (
      <ErrorState
        text={first.error}
        onAgain={() => {
          onAgain()
          first.reload()
        }}
      />
    )
  const pages = [first.value, ...later]
  const all = pages.flatMap(({ transactions }) => transactions)
  const next = pages.at(-1)?.next ?? null
  if (all.length === 0)
    return query === '' && category === '' ? (
      <EmptyState icon="swap" title={words.account.empty} text={words.account.emptyText} />
    ) : (
      <EmptyState icon="search" title={words.account.none} text={words.account.noneText} />
    )
  const more = (cursor: string): void =>
    run(async () => {
      const page = await bank.transactions(account, { ...search, cursor })
      setLater((before) => [...before, page])
    })
  return (
    <>
      <Days transactions={all} />
      <Complaint text={error} />
      {next === null ? null : (
        <Button
          kind="secondary"
          title={words.account.more}
          busy={busy}
          busyTitle={words.parts.loading}
          onPress={() => more(next)}
        />
      )}
    </>
  )
}

const dayOf = (at: number): string => new Date(at).toDateString()

function byDay(transactions: readonly Transaction[]): Map<string, Transaction[]> {
  const days = new Map<string, Transaction[]>()
  for (const transaction of transactions) {
    const day = dayOf(transaction.at)
    days.set(day, [...(days.get(day) ?? []), transaction])
  }
  return days
}

function Days({ transactions }: { readonly transactions: readonly Transaction[] }) {
  const styles = useStyles()
  const format = useFormat()
  const { account } = useWords().daily
  const sheet = useTransactionSheet()
  const days = useMemo(() => byDay(transactions), [transactions])
  const now = Date.now()
  const names = new Map([
    [dayOf(now - 86_400_000), account.yesterday],
    [dayOf(now), account.today],
  ])
  return (
    <>
      {[...days].map(([day, rows]) => (
        <View key={day} style={styles.day}>
          <Type kind="smallStrong" tone="soft" level={2}>
            {names.get(day) ?? format.day(rows[0]?.at ?? now)}
          </Type>
          <Rows>
            {rows.map((transaction) => (
              <TransactionRow
                key={transaction.id}
                transaction={transaction}
                onPress={() => sheet.show(transaction)}
              />
            ))}
          </Rows>
        </View>
      ))}
      <TransactionSheet {...sheet} />
    </>
  )
}
