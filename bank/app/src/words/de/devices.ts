import type { WordsOf } from '../en.ts'

export const devices: WordsOf<'devices'> = {
  title: 'Geräte',
  this: 'Dieses Telefon',
  others: 'Andere Telefone',
  alone: 'Kein anderes Telefon öffnet Ihr Konto.',
  gone: (count) => (count === 1 ? 'Ein entferntes Telefon zeigen' : `${count} entfernte Telefone zeigen`),
  goneTitle: 'Entfernt',
  goneOn: (date) => `Entfernt am ${date}`,
  since: (kind, date) => `${kind} · seit ${date}`,
  kinds: {
    web: 'Browser',
    node: 'Computer',
    android: 'Android',
    ios: 'iPhone',
    testing: 'Test',
    other: 'Telefon',
  },
  badges: { suspended: 'Angehalten', new: 'Neu' },
  newText: 'Neue Telefone haben am ersten Tag niedrigere Limits.',
  suspendedText:
    'Es öffnet nichts, bis Sie sich ausweisen. Wurde es seither neu aktiviert oder kennen Sie es nicht, entfernen Sie es.',
  kind: 'Art',
  added: 'Hinzugefügt',
  remove: 'Aus meinem Konto entfernen',
  sure: (name) => `${name} entfernen?`,
  steps: [
    'Es ist sofort ausgesperrt, wo immer es ist',
    'Was darauf gespeichert ist, öffnet niemand mehr',
    'Ihr Geld, Ihre Karten und dieses Telefon bleiben, wie sie sind',
    'Um es wieder zu nutzen, brauchen Sie einen neuen Aktivierungscode',
  ],
  yes: 'Entfernen',
  busy: 'Wird entfernt',
  removed: (name) => `${name} wurde entfernt und öffnet nichts mehr.`,
}
