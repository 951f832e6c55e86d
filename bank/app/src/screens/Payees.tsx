import { Screen } from '../components/Screen.tsx'
import { useWords } from '../words/language.tsx'

export function Payees() {
  const { payments } = useWords().daily
  return <Screen title={payments.payees}>{null}</Screen>
}
