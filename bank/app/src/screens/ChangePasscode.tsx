import { useNav } from '../nav/nav.tsx'
import { useOpen } from '../state/use-app.tsx'
import { ChoosePasscode } from './ChoosePasscode.tsx'

export function ChangePasscode() {
  const nav = useNav()
  const { session } = useOpen()
  return <ChoosePasscode session={session} changing onDone={nav.back} />
}
