import { Screen } from '../components/Screen.tsx'
import { useWords } from '../words/language.tsx'

export function Settings() {
  const { more } = useWords().daily
  return <Screen title={more.settings}>{null}</Screen>
}
