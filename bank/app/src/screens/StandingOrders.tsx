import { Screen } from '../components/Screen.tsx'
import { useWords } from '../words/language.tsx'

export function StandingOrders() {
  const { payments } = useWords().daily
  return <Screen title={payments.orders}>{null}</Screen>
}
