/** One's cards: how they look, whether they work, and their PINs. */
import { View } from 'react-native'
import type { Card as BankCard } from '../bank/shapes.ts'
import { Complaint } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { CardFace } from '../components/CardFace.tsx'
import { PinSheet } from '../components/PinSheet.tsx'
import { Screen } from '../components/Screen.tsx'
import { Skeleton } from '../components/Skeleton.tsx'
import { EmptyState, ErrorState } from '../components/State.tsx'
import { Type } from '../components/Type.tsx'
import { isLargeText } from '../rem.ts'
import { useAct } from '../state/use-act.ts'
import { useOpen } from '../state/use-app.tsx'
import { useLoad } from '../state/use-load.ts'
import { type ShownPin, usePin } from '../state/use-pin.ts'
import { space, stylesOf } from '../theme.ts'
import { useWords } from '../words/language.tsx'

const useStyles = stylesOf(() => ({
  one: { gap: space.m },
  many: { gap: space.xxl },
  row: { flexDirection: 'row', gap: space.m },
  column: { gap: space.s },
  half: { flex: 1 },
}))

export function Cards() {
  const styles = useStyles()
  const { cards } = useWords()
  const { value, error, reload } = useLoad('cards', (bank) => bank.cards())
  const pin = usePin()
  return (
    <Screen title={cards.title}>
      {value === null && error === null ? <Skeleton height={236} /> : null}
      {value === null && error !== null ? <ErrorState text={error} onAgain={reload} /> : null}
      {value?.length === 0 ? <EmptyState icon="card" title={cards.none} text={cards.noneText} /> : null}
      <View style={styles.many}>
        {(value ?? []).map((card, place) => (
          <OneCard key={card.id} card={card} place={place} pin={pin} onChanged={reload} />
        ))}
      </View>
      {pin.digits === null ? null : <PinSheet digits={pin.digits} onHide={pin.hide} />}
    </Screen>
  )
}

type OneCardProps = {
  readonly card: BankCard
  readonly place: number
  readonly pin: ShownPin
  readonly onChanged: () => void
}

function OneCard({ card, place, pin, onChanged }: OneCardProps) {
  const styles = useStyles()
  const { bank } = useOpen()
  const { cards } = useWords()
  const { busy, error, run } = useAct()
  const frozen = card.state === 'frozen'
  const change = (): void =>
    run(async () => {
      await bank.setCardState(card.id, frozen ? 'active' : 'frozen')
      onChanged()
    })
  const large = isLargeText()
  return (
    <View role="group" aria-label={card.label} style={styles.one}>
      <CardFace card={card} place={place} />
      {frozen ? (
        <Type kind="small" tone="soft">
          {cards.frozenText}
        </Type>
      ) : null}
      <View style={large ? styles.column : styles.row}>
        <View style={large ? undefined : styles.half}>
          <Button
            kind={frozen ? 'primary' : 'secondary'}
            icon="snow"
            title={frozen ? cards.thaw : cards.freeze}
            busy={busy}
            busyTitle={frozen ? cards.thawing : cards.freezing}
            onPress={change}
          />
        </View>
        <View style={large ? undefined : styles.half}>
          <Button
            kind="secondary"
            icon="eye"
            title={cards.pin}
            busy={pin.busy && pin.card === card.id}
            busyTitle={cards.fetching}
            onPress={() => pin.show(card.id)}
          />
        </View>
      </View>
      <Complaint text={error ?? (pin.card === card.id ? pin.error : null)} />
    </View>
  )
}
