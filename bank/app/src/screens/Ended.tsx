/** Only a new activation helps; where the passcode is blocked, finger or face does, too. */
import type { Ways } from '@holdfast/client'
import { Button } from '../components/Button.tsx'
import { CallButton } from '../components/CallButton.tsx'
import type { IconName } from '../components/icon-paths.ts'
import type { End } from '../state/standing.ts'
import { useAct } from '../state/use-act.ts'
import { useApp } from '../state/use-app.tsx'
import { useWords } from '../words/language.tsx'
import { Standing } from './Standing.tsx'

const icons = {
  blocked: 'lock',
  wiped: 'phone',
  forgotten: 'lock',
  cloned: 'warning',
  suspended: 'pause',
  revoked: 'phone',
} as const satisfies Record<End, IconName>

export type EndedProps = { readonly condition: End; readonly ways: Ways }

export function Ended({ condition, ways }: EndedProps) {
  const app = useApp()
  const { standing, start } = useWords()
  const { title, text, todo } = standing.conditions[condition]
  const { busy, error, run } = useAct()
  const finger = condition === 'blocked' && ways.presence
  // Whoever has a copy is the bank's concern first.
  const urgent = condition === 'cloned'
  const open = (): void => run(async () => app.enter(await app.client.unlock({ presence: true })))
  const footer = (
    <>
      {finger ? (
        <Button
          icon="finger"
          title={start.unlock.finger}
          busy={busy}
          busyTitle={start.unlock.busy}
          onPress={open}
        />
      ) : null}
      {urgent ? <CallButton kind="primary" /> : null}
      <Button
        kind={finger || urgent ? 'secondary' : 'primary'}
        title={standing.activate}
        onPress={app.activate}
      />
      {finger || urgent ? null : <CallButton />}
    </>
  )
  return (
    <Standing
      title={title}
      text={text}
      icon={icons[condition]}
      tone={urgent ? 'bad' : 'warn'}
      todo={finger ? standing.blockedFinger : todo}
      error={error}
      footer={footer}
    />
  )
}
