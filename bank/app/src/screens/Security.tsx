/** What protects this user now: each part with its state, and what he can do about it. */
import { View } from 'react-native'
import { Complaint } from '../components/Banner.tsx'
import { Rows } from '../components/Card.tsx'
import { Disc } from '../components/Disc.tsx'
import { NoticeBanner } from '../components/NoticeBanner.tsx'
import { ProtectionCard } from '../components/ProtectionCard.tsx'
import { Screen } from '../components/Screen.tsx'
import { Section } from '../components/Section.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { Toggle } from '../components/Toggle.tsx'
import { useNav } from '../nav/nav.tsx'
import { idleSeconds } from '../state/app.ts'
import { useFingerSwitch } from '../state/use-finger-switch.ts'
import { useHeld } from '../state/use-held.ts'
import { isBound, type Protection, useProtection } from '../state/use-protection.ts'
import { type Storage, useStorage } from '../state/use-storage.ts'
import { space, stylesOf } from '../theme.ts'
import { useFormat, useWords } from '../words/language.tsx'
import { SecurityEvents } from './SecurityEvents.tsx'

const useStyles = stylesOf(() => ({ all: { gap: space.xl } }))

export function Security() {
  const styles = useStyles()
  const { security } = useWords()
  const protection = useProtection()
  return (
    <Screen title={security.title}>
      <View style={styles.all}>
        <ProtectionCard protection={protection} />
        <NoticeBanner notices={protection.notices} />
        <Parts protection={protection} />
        <SecurityEvents notices={protection.notices} />
      </View>
    </Screen>
  )
}

function Parts({ protection }: { readonly protection: Protection }) {
  const { security } = useWords()
  const storage = useStorage()
  const finger = useFingerSwitch(storage.reload)
  return (
    <Section title={security.protects}>
      <Complaint text={finger.error} />
      <Rows label={security.protects}>
        <Bound protection={protection} />
        <Passcode />
        <ListRow
          title={security.finger.title}
          text={finger.on === true ? security.finger.on : security.finger.off}
          whole
          mark={<Disc icon="finger" tone={finger.on === true ? 'good' : 'soft'} />}
          end={
            <Toggle
              label={security.finger.title}
              on={finger.on === true}
              busy={finger.busy || finger.on === null}
              onChange={finger.set}
            />
          }
        />
        <Line protection={protection} />
        <Approvals />
        <Stored storage={storage.value} />
        <Away storage={storage.value} />
        <ListRow
          title={security.idle.title}
          text={security.idle.text(idleSeconds / 60)}
          whole
          mark={<Disc icon="clock" tone="good" />}
        />
        <DevicesRow protection={protection} />
      </Rows>
    </Section>
  )
}

type RowProps = { readonly protection: Protection }

function Bound({ protection }: RowProps) {
  const { bound } = useWords().security
  const format = useFormat()
  const mine = protection.devices.value?.find((device) => device.this)
  const text = mine === undefined ? bound.unknown : bound.text(format.date(mine.created * 1000))
  return <ListRow title={bound.title} text={text} whole mark={<Disc icon="phone" tone="good" />} />
}

function Passcode() {
  const nav = useNav()
  const { passcode } = useWords().security
  return (
    <ListRow
      title={passcode.title}
      text={passcode.text}
      whole
      mark={<Disc icon="lock" tone="good" />}
      onPress={() => nav.go('change_passcode', {})}
    />
  )
}

/** The list of devices came signed and sealed, or it did not come. */
function Line({ protection: { devices } }: RowProps) {
  const { line } = useWords().security
  const sound = devices.error === null
  return (
    <ListRow
      title={line.title}
      text={sound ? line.text : line.unsure}
      whole
      mark={<Disc icon={sound ? 'shield_check' : 'offline'} tone={sound ? 'good' : 'warn'} />}
      {...(sound ? {} : { onPress: devices.reload })}
    />
  )
}

function Approvals() {
  const nav = useNav()
  const { approvals } = useWords().security
  const held = (useHeld().value ?? []).filter(({ state }) => state === 'held').length
  return (
    <ListRow
      title={approvals.title}
      text={held === 0 ? approvals.text : approvals.held(held)}
      whole
      mark={<Disc icon="check" tone="good" />}
      onPress={() => nav.go('held', {})}
    />
  )
}

type StoredProps = { readonly storage: Storage | null }

function Stored({ storage: stored }: StoredProps) {
  const nav = useNav()
  const { storage } = useWords().security
  const documents = stored?.documents ?? 0
  return (
    <ListRow
      title={storage.title}
      text={documents === 0 ? storage.text : storage.documents(documents)}
      whole
      mark={<Disc icon="document" tone="good" />}
      onPress={() => nav.go('documents', {})}
    />
  )
}

function Away({ storage }: StoredProps) {
  const { away } = useWords().security
  const format = useFormat()
  const until = storage?.away.until ?? null
  const text =
    until !== null
      ? away.until(format.moment(until))
      : storage?.away.allowed === true
        ? away.finger
        : away.never
  return <ListRow title={away.title} text={text} whole mark={<Disc icon="offline" tone="good" />} />
}

/** One that is paused opens nothing. */
function DevicesRow({ protection: { devices } }: RowProps) {
  const nav = useNav()
  const words = useWords().security.devices
  const count = (devices.value ?? []).filter((device) => isBound(device) && !device.suspended).length
  return (
    <ListRow
      title={words.title}
      text={words.text(Math.max(1, count))}
      whole
      mark={<Disc icon="people" tone="good" />}
      onPress={() => nav.go('devices', {})}
    />
  )
}
