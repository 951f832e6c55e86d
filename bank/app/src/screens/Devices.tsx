import { Screen } from '../components/Screen.tsx'
import { useWords } from '../words/language.tsx'

export function Devices() {
  const { more } = useWords().daily
  return <Screen title={more.devices}>{null}</Screen>
}
