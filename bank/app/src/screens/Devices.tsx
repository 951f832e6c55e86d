/** The phones that open this account: this one, the others, and those that do no more. */
import type { Device } from '@holdfast/client'
import { useState } from 'react'
import { Badge } from '../components/Badge.tsx'
import { Banner } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Card, Rows } from '../components/Card.tsx'
import { Disc } from '../components/Disc.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { NoticeBanner } from '../components/NoticeBanner.tsx'
import { Screen } from '../components/Screen.tsx'
import { Section } from '../components/Section.tsx'
import { SkeletonRows } from '../components/Skeleton.tsx'
import { ErrorState } from '../components/State.tsx'
import { Type } from '../components/Type.tsx'
import { isBound, useProtection } from '../state/use-protection.ts'
import { useFormat, useWords } from '../words/language.tsx'
import { DevicesSheet } from './DevicesSheet.tsx'
import { isNew, kindOf } from '../components/device-looks.ts'

export function Devices() {
  const { devices: words } = useWords()
  const { devices, notices } = useProtection()
  const [chosen, choose] = useState<Device | null>(null)
  const [removed, setRemoved] = useState<string | null>(null)
  function gone(name: string): void {
    choose(null)
    setRemoved(name)
    devices.reload()
    notices.reload()
  }
  return (
    <Screen title={words.title}>
      {removed === null ? (
        <NoticeBanner notices={notices} />
      ) : (
        <Banner tone="good" text={words.removed(removed)} />
      )}
      {devices.value !== null ? (
        <Lists devices={devices.value} onChoose={choose} />
      ) : devices.error === null ? (
        <SkeletonRows count={3} />
      ) : (
        <ErrorState text={devices.error} onAgain={devices.reload} />
      )}
      {chosen === null ? null : (
        <DevicesSheet device={chosen} onClose={() => choose(null)} onRemoved={() => gone(chosen.name)} />
      )}
    </Screen>
  )
}

type ListsProps = { readonly devices: readonly Device[]; readonly onChoose: (device: Device) => void }

function Lists({ devices, onChoose }: ListsProps) {
  const { devices: words } = useWords()
  const bound = devices.filter(isBound)
  const others = bound
    .filter((device) => !device.this)
    .toSorted((one, other) => Number(one.suspended) - Number(other.suspended))
  const mine = bound.find((device) => device.this)
  return (
    <>
      {mine === undefined ? null : (
        <Section title={words.this}>
          <Rows>
            <DeviceRow device={mine} />
          </Rows>
        </Section>
      )}
      <Section title={words.others}>
        {others.length === 0 ? (
          <Card>
            <Type tone="soft">{words.alone}</Type>
          </Card>
        ) : (
          <Rows>
            {others.map((device) => (
              <DeviceRow key={device.id} device={device} onPress={() => onChoose(device)} />
            ))}
          </Rows>
        )}
      </Section>
      <Gone devices={devices.filter((device) => !isBound(device))} />
    </>
  )
}

function DeviceRow({ device, onPress }: { readonly device: Device; readonly onPress?: () => void }) {
  const { devices: words } = useWords()
  const format = useFormat()
  const since = words.since(words.kinds[kindOf(device)], format.date(device.created * 1000))
  return (
    <ListRow
      title={device.name}
      text={since}
      whole
      mark={<Disc icon="phone" tone={device.suspended ? 'soft' : 'brand'} />}
      {...(device.suspended
        ? { below: <Badge icon="pause" tone="soft" text={words.badges.suspended} /> }
        : isNew(device)
          ? { below: <Badge text={words.badges.new} /> }
          : {})}
      {...(onPress === undefined ? {} : { onPress })}
    />
  )
}

/** Nobody looks for these often. */
function Gone({ devices }: { readonly devices: readonly Device[] }) {
  const { devices: words } = useWords()
  const format = useFormat()
  const [shown, show] = useState(false)
  if (devices.length === 0) return null
  if (!shown) return <Button kind="quiet" title={words.gone(devices.length)} onPress={() => show(true)} />
  return (
    <Section title={words.goneTitle}>
      <Rows>
        {devices.map(({ id, name, revoked }) => (
          <ListRow
            key={id}
            title={name}
            text={words.goneOn(format.date((revoked ?? 0) * 1000))}
            mark={<Disc icon="phone" tone="soft" />}
          />
        ))}
      </Rows>
    </Section>
  )
}
