import { View } from 'react-native'
import { ibanGroups } from '../bank/iban.ts'
import type { Account } from '../bank/shapes.ts'
import { useNav } from '../nav/nav.tsx'
import { space, stylesOf } from '../theme.ts'
import { useFormat, useWords } from '../words/language.tsx'
import { BigAmount } from './BigAmount.tsx'
import { Button } from './Button.tsx'
import { Card } from './Card.tsx'
import { Type } from './Type.tsx'

const useStyles = stylesOf(() => ({ words: { gap: space.xs } }))

export function AccountCard({ account }: { readonly account: Account }) {
  const styles = useStyles()
  const nav = useNav()
  const format = useFormat()
  const { daily } = useWords()
  return (
    <Card>
      <View style={styles.words}>
        <Type kind="small" tone="soft">
          {daily.account.kind[account.kind]}
        </Type>
        <BigAmount money={account.balance} />
        <Type kind="small" tone="soft">
          {daily.home.available(format.money(account.available))}
        </Type>
        <Type kind="small" tone="soft" tabular>
          {ibanGroups(account.iban)}
        </Type>
      </View>
      <Button
        kind="secondary"
        icon="send"
        title={daily.account.send}
        onPress={() => nav.go('transfer', { from: account.id })}
      />
    </Card>
  )
}
