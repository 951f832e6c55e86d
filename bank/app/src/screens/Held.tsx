/** Payments the bank keeps back. */
import { Amount } from '../components/Amount.tsx'
import { Badge } from '../components/Badge.tsx'
import { Rows } from '../components/Card.tsx'
import { Avatar } from '../components/Disc.tsx'
import { heldLooks } from '../components/held-looks.ts'
import { ListRow } from '../components/ListRow.tsx'
import { Screen } from '../components/Screen.tsx'
import { SkeletonRows } from '../components/Skeleton.tsx'
import { EmptyState, ErrorState } from '../components/State.tsx'
import { useNav } from '../nav/nav.tsx'
import { type HeldPayment, useHeld } from '../state/use-held.ts'
import { useWords } from '../words/language.tsx'

export function Held() {
  const { held } = useWords()
  const { value, error, reload } = useHeld()
  return (
    <Screen title={held.title}>
      {value === null && error === null ? <SkeletonRows count={2} /> : null}
      {value === null && error !== null ? <ErrorState text={error} onAgain={reload} /> : null}
      {value?.length === 0 ? (
        <EmptyState icon="shield_check" tone="good" title={held.none} text={held.noneText} />
      ) : null}
      {value === null || value.length === 0 ? null : (
        <Rows label={held.title}>
          {value.map((each) => (
            <HeldRow key={each.approval} held={each} />
          ))}
        </Rows>
      )}
    </Screen>
  )
}

function HeldRow({ held: { payment, approval, state } }: { readonly held: HeldPayment }) {
  const nav = useNav()
  const { held } = useWords()
  const { name, amount } = payment.order
  const { tone, icon } = heldLooks[state]
  return (
    <ListRow
      title={name}
      mark={<Avatar name={name} />}
      below={<Badge tone={tone} icon={icon} text={held.states[state]} />}
      end={<Amount money={amount} />}
      onPress={() => nav.go('held_payment', { approval })}
    />
  )
}
