import { Screen } from '../components/Screen.tsx'
import { useWords } from '../words/language.tsx'

export function Held() {
  const { payments } = useWords().daily
  return <Screen title={payments.held}>{null}</Screen>
}
