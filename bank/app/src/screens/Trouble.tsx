/** Trying again may help; where it cannot, and when it does not, its user removes what is stored here and begins anew. */
import { HoldfastError } from '@holdfast/client'
import { useState } from 'react'
import { Complaint } from '../components/Banner.tsx'
import { Button, type ButtonProps } from '../components/Button.tsx'
import { CallButton } from '../components/CallButton.tsx'
import type { IconName } from '../components/icon-paths.ts'
import { Sheet } from '../components/Sheet.tsx'
import { Type } from '../components/Type.tsx'
import { restartApp } from '../device/restart.ts'
import type { Trouble as TroubleKind } from '../state/standing.ts'
import { useAct } from '../state/use-act.ts'
import { useApp } from '../state/use-app.tsx'
import { useWords } from '../words/language.tsx'
import { Standing } from './Standing.tsx'

const icons = {
  key_missing: 'lock',
  unreadable: 'eye',
  rolled_back: 'clock',
  damaged: 'warning',
  clock_wrong: 'clock',
  evicted: 'phone',
} as const satisfies Record<TroubleKind, IconName>

/** What was there before is gone, or must not be shown: nothing to try. */
const beyond: ReadonlySet<TroubleKind> = new Set(['rolled_back', 'evicted'] satisfies TroubleKind[])

export function Trouble({ condition }: { readonly condition: TroubleKind }) {
  const app = useApp()
  const { standing } = useWords()
  const { title, text, todo } = standing.conditions[condition]
  const { busy, error, run } = useAct()
  const footer = beyond.has(condition) ? (
    <>
      <Forget kind="primary" title={standing.anew} />
      <CallButton />
    </>
  ) : (
    <>
      <Button title={standing.again} busy={busy} onPress={() => run(app.again)} />
      <Forget kind="quiet" title={standing.forget} />
    </>
  )
  return (
    <Standing title={title} text={text} icon={icons[condition]} todo={todo} error={error} footer={footer} />
  )
}

/** Asks once more: it cannot be taken back. */
function Forget({ kind, title }: Required<Pick<ButtonProps, 'kind' | 'title'>>) {
  const app = useApp()
  const { standing, daily } = useWords()
  const [sure, ask] = useState(false)
  const { busy, error, run } = useAct()
  const forget = (): void =>
    run(async () => {
      try {
        await app.client.forget()
      } catch (refusal) {
        if (!(refusal instanceof HoldfastError) || refusal.code !== 'storage_evicted') throw refusal
        return restartApp()
      }
      return app.look()
    })
  const footer = (
    <>
      <Button kind="danger" icon="trash" title={standing.forgetYes} busy={busy} onPress={forget} />
      <Button kind="quiet" title={daily.parts.cancel} onPress={() => ask(false)} />
    </>
  )
  return (
    <>
      <Button kind={kind} title={title} onPress={() => ask(true)} />
      {sure ? (
        <Sheet title={standing.forgetTitle} onClose={() => ask(false)} footer={footer}>
          <Type tone="soft">{standing.forgetText}</Type>
          <Complaint text={error} />
        </Sheet>
      ) : null}
    </>
  )
}
