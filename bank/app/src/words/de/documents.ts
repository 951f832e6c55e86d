import type { WordsOf } from '../en.ts'

export const documents: WordsOf<'documents'> = {
  title: 'Dokumente',
  kind: 'Art',
  all: 'Alle',
  kinds: { statement: 'Auszüge', tax: 'Steuer', contract: 'Verträge' },
  one: { statement: 'Auszug', tax: 'Steuer', contract: 'Vertrag' },
  size: (kilobytes) => `${kilobytes} kB`,
  here: 'Auf diesem Telefon',
  none: 'Noch keine Dokumente',
  noneText: 'Auszüge und Verträge stehen hier, sobald es welche gibt.',
  noneKind: 'Nichts von dieser Art',
  noneKindText: 'Wählen Sie eine andere Art oder alle.',
  stored: (count) =>
    count === 1
      ? 'Ein Dokument liegt verschlüsselt auf diesem Telefon.'
      : `${count} Dokumente liegen verschlüsselt auf diesem Telefon.`,
  fetching: 'Wird geholt, nur für dieses Telefon verschlüsselt',
  storing: 'Wird abgelegt, wie es kam',
  opening: 'Wird im Speicher geöffnet',
  details: 'Zu diesem Dokument',
  date: 'Datum',
  length: 'Größe',
  place: 'Wo es liegt',
  placeShort: 'Verschlüsselt auf diesem Telefon, nur im Speicher geöffnet',
  placeText:
    'Verschlüsselt auf diesem Telefon. Geöffnet wird es nur im Arbeitsspeicher und ist weg, sobald Sie es schließen.',
  away: 'Auch ohne Verbindung behalten',
  awayText: (until) => `Öffnet sich mit Finger oder Gesicht bis ${until}, nach jedem Entsperren länger.`,
  awayOff: 'Sonst hilft die Bank beim Öffnen und kann so einen Dieb aufhalten.',
  awayLarge: 'Dafür ist es zu groß.',
  awayNever: 'Richten Sie zuerst unter Sicherheit Finger oder Gesicht ein.',
  remove: 'Von diesem Telefon entfernen',
  unseen: 'Hier ist es nicht zu sehen',
  unseenText:
    'Es liegt hier sicher, aber dieses Telefon kann es in der App nicht zeichnen. Öffnen Sie die Alder Bank an einem Computer, um es zu lesen.',
}
