/** What its user may change: the language, how the app opens, and whether it is on this phone at all. */
import { Complaint } from '../components/Banner.tsx'
import { Rows } from '../components/Card.tsx'
import { Tabs } from '../components/Choice.tsx'
import { Disc } from '../components/Disc.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { Screen } from '../components/Screen.tsx'
import { Section } from '../components/Section.tsx'
import { Toggle } from '../components/Toggle.tsx'
import { useNav } from '../nav/nav.tsx'
import { useApp } from '../state/use-app.tsx'
import { useFingerSwitch } from '../state/use-finger-switch.ts'
import { type Language, languages, useSpeech, useWords } from '../words/language.tsx'
import { SettingsLeave } from './SettingsLeave.tsx'

export function Settings() {
  const nav = useNav()
  const { settings } = useWords()
  return (
    <Screen title={settings.title}>
      <LanguageChoice />
      <Opening />
      <Section title={settings.more}>
        <Rows>
          <ListRow title={settings.look} text={settings.lookText} whole mark={<Disc icon="eye" />} />
          <ListRow
            title={settings.about}
            text={settings.aboutText}
            mark={<Disc icon="info" />}
            onPress={() => nav.go('about', {})}
          />
          <SettingsLeave />
        </Rows>
      </Section>
    </Screen>
  )
}

/** Each in its own words: whoever cannot read the others finds it. */
function LanguageChoice() {
  const { settings } = useWords()
  const { language, speak } = useSpeech()
  const options = Object.entries(languages).map(([value, text]) => ({ value: value as Language, text }))
  return (
    <Section title={settings.language}>
      <Tabs label={settings.language} options={options} value={language} onChange={speak} />
    </Section>
  )
}

function Opening() {
  const app = useApp()
  const nav = useNav()
  const { settings } = useWords()
  const finger = useFingerSwitch()
  return (
    <Section title={settings.opening}>
      <Rows>
        <ListRow
          title={settings.change}
          text={settings.changeText}
          mark={<Disc icon="lock" />}
          onPress={() => nav.go('change_passcode', {})}
        />
        <ListRow
          title={settings.finger}
          text={finger.on === true ? settings.fingerOn : settings.fingerOff}
          mark={<Disc icon="finger" />}
          end={
            <Toggle
              label={settings.finger}
              on={finger.on === true}
              busy={finger.busy || finger.on === null}
              onChange={finger.set}
            />
          }
        />
        <ListRow
          title={settings.lock}
          text={settings.lockText}
          mark={<Disc icon="pause" />}
          onPress={() => void app.lock()}
        />
      </Rows>
      <Complaint text={finger.error} />
    </Section>
  )
}
