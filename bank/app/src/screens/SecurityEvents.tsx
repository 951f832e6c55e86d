/** What happened to this account lately, newest first. */
import { useState } from 'react'
import { Button } from '../components/Button.tsx'
import { Card, Rows } from '../components/Card.tsx'
import { Disc } from '../components/Disc.tsx'
import type { IconName } from '../components/icon-paths.ts'
import { ListRow } from '../components/ListRow.tsx'
import { Section } from '../components/Section.tsx'
import { SkeletonRows } from '../components/Skeleton.tsx'
import { ErrorState } from '../components/State.tsx'
import { Type } from '../components/Type.tsx'
import type { KnownNotice, Notices } from '../state/notices.ts'
import type { Loaded } from '../state/use-load.ts'
import { useFormat, useWords } from '../words/language.tsx'

/** So many are enough for somebody who only looks in. */
const few = 4

const icons = {
  'device.bound': 'phone',
  'device.revoked': 'trash',
  'device.clone_suspected': 'warning',
  'passcode.registered': 'lock',
  'passcode.blocked': 'pause',
  'passcode.forgotten': 'lock',
  'presence.registered': 'finger',
  'transfer.held': 'pause',
  'transfer.released': 'check',
  'transfer.hold_refused': 'close',
} as const satisfies Record<KnownNotice['kind'], IconName>

export function SecurityEvents({ notices }: { readonly notices: Loaded<Notices> }) {
  const { security } = useWords()
  return (
    <Section title={security.lately}>
      {notices.value !== null ? (
        <Events all={notices.value.all} />
      ) : notices.error === null ? (
        <SkeletonRows count={3} />
      ) : (
        <ErrorState text={notices.error} onAgain={notices.reload} />
      )}
    </Section>
  )
}

function Events({ all }: Pick<Notices, 'all'>) {
  const { security } = useWords()
  const format = useFormat()
  const [whole, show] = useState(false)
  if (all.length === 0)
    return (
      <Card>
        <Type tone="soft">{security.latelyNone}</Type>
      </Card>
    )
  return (
    <>
      <Rows label={security.lately}>
        {(whole ? all : all.slice(0, few)).map(({ id, at, kind, device }) => (
          <ListRow
            key={id}
            title={security.notices[kind](device)}
            text={format.moment(at * 1000)}
            whole
            mark={<Disc icon={icons[kind]} tone="soft" />}
          />
        ))}
      </Rows>
      {whole || all.length <= few ? null : (
        <Button kind="quiet" title={security.latelyAll} onPress={() => show(true)} />
      )}
    </>
  )
}
