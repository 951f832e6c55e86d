/** To whom: somebody new, a payee, or another account of one's own. */
import { View } from 'react-native'
import type { Bank } from '../bank/bank.ts'
import { Amount } from '../components/Amount.tsx'
import { Rows } from '../components/Card.tsx'
import { Disc } from '../components/Disc.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { PayeeRows } from '../components/PayeeRows.tsx'
import { Screen } from '../components/Screen.tsx'
import { SkeletonRows } from '../components/Skeleton.tsx'
import { ErrorState } from '../components/State.tsx'
import { Type } from '../components/Type.tsx'
import { UnfinishedPayments } from '../components/UnfinishedPayments.tsx'
import { useNav } from '../nav/nav.tsx'
import type { Purpose, Recipient, Routes } from '../nav/routes.ts'
import { useLoad } from '../state/use-load.ts'
import { space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'

const useStyles = stylesOf(() => ({ section: { gap: space.m } }))

async function loadSides(bank: Bank) {
  const [me, accounts, payees] = await Promise.all([bank.me(), bank.accounts(), bank.payees()])
  return { me, accounts, payees }
}
type Sides = Awaited<ReturnType<typeof loadSides>>

export function Transfer({ from, purpose = 'transfer' }: Routes['transfer']) {
  const nav = useNav()
  const { transfer, orders, payees } = useWords()
  const sides = useLoad('sides', loadSides)
  const account = from === undefined ? {} : { from }
  return (
    <Screen title={purpose === 'transfer' ? transfer.title : orders.new}>
      {purpose === 'transfer' ? <UnfinishedPayments /> : null}
      <Rows>
        <ListRow
          title={payees.somebody}
          text={payees.somebodyText}
          mark={<Disc icon="plus" />}
          onPress={() => nav.go('transfer_payee', { ...account, purpose })}
        />
      </Rows>
      {sides.value !== null ? (
        <Known sides={sides.value} purpose={purpose} {...account} />
      ) : sides.error === null ? (
        <SkeletonRows count={3} />
      ) : (
        <ErrorState text={sides.error} onAgain={sides.reload} />
      )}
    </Screen>
  )
}

type KnownProps = { readonly sides: Sides; readonly purpose: Purpose; readonly from?: string }

function Known({ sides: { me, accounts, payees }, purpose, from }: KnownProps) {
  const styles = useStyles()
  const nav = useNav()
  const words = useWords().payees
  const account = from === undefined ? {} : { from }
  const choose = (to: Recipient, by: { readonly from?: string } = account): void =>
    nav.go('transfer_amount', { to, ...by, purpose })
  return (
    <>
      {payees.length === 0 ? null : (
        <PayeeRows title={words.yours} payees={payees} onPress={({ name, iban }) => choose({ name, iban })} />
      )}
      {accounts.length < 2 ? null : (
        <View style={styles.section}>
          <Type kind="heading" level={2}>
            {words.own}
          </Type>
          <Rows label={words.own}>
            {accounts.map(({ id, name, iban, kind, balance }) => (
              <ListRow
                key={id}
                title={name}
                mark={<Disc icon={kind === 'savings' ? 'piggy' : 'card'} tone="soft" />}
                end={<Amount money={balance} />}
                onPress={() => choose({ name: me.name, iban }, from === id ? {} : account)}
              />
            ))}
          </Rows>
        </View>
      )}
    </>
  )
}
