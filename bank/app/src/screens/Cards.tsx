import { Screen } from '../components/Screen.tsx'
import { useWords } from '../words/language.tsx'

export function Cards() {
  const { tabs } = useWords().daily
  return <Screen title={tabs.cards}>{null}</Screen>
}
