import { Screen } from '../components/Screen.tsx'
import { useWords } from '../words/language.tsx'

export function Security() {
  const { more } = useWords().daily
  return <Screen title={more.security}>{null}</Screen>
}
