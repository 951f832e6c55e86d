import { Screen } from '../components/Screen.tsx'
import { useWords } from '../words/language.tsx'

export function Documents() {
  const { more } = useWords().daily
  return <Screen title={more.documents}>{null}</Screen>
}
