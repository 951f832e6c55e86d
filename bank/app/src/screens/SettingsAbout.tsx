import { Card, Rows } from '../components/Card.tsx'
import { ListRow } from '../components/ListRow.tsx'
import { Logo } from '../components/Logo.tsx'
import { Screen } from '../components/Screen.tsx'
import { Section } from '../components/Section.tsx'
import { Type } from '../components/Type.tsx'
import { licences, version } from '../licences.ts'
import { useWords } from '../words/language.tsx'

export function SettingsAbout() {
  const { settings } = useWords()
  return (
    <Screen title={settings.about}>
      <Card>
        <Logo />
        <Type tone="soft">{settings.fictional}</Type>
        <Type kind="small" tone="soft">
          {settings.version(version)}
        </Type>
      </Card>
      <Section title={settings.parts}>
        <Rows>
          {licences.map(({ name, licence }) => (
            <ListRow key={name} title={name} text={licence} />
          ))}
        </Rows>
      </Section>
    </Screen>
  )
}
