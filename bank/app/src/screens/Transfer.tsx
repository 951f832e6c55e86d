import { Screen } from '../components/Screen.tsx'
import { useWords } from '../words/language.tsx'

export function Transfer() {
  const { payments } = useWords().daily
  return <Screen title={payments.transfer}>{null}</Screen>
}
