import type { WordsOf } from '../en.ts'

export const offline: WordsOf<'offline'> = {
  title: 'Ohne Verbindung',
  asOf: (when) => `Stand ${when}`,
  text: (until) => `Sie sehen, was dieses Telefon zuletzt wusste. So öffnet es sich bis ${until}.`,
  back: 'Es gibt wieder eine Verbindung.',
  unlock: 'Entsperren',
  again: 'Noch einmal',
  nothing: 'Es ist noch nichts da',
  nothingText: 'Entsperren Sie einmal mit Verbindung; danach öffnen sich Ihre letzten Stände auch ohne.',
  documents: 'Dokumente',
  documentsText: 'Keine Verbindung: Was ein Schloss hat, öffnet sich trotzdem, alles andere mit Verbindung.',
  not: 'Was warten muss',
  notPay: 'Zahlungen: Die Bank prüft und bucht jede einzelne',
  notCards: 'Karten und PIN: Die Bank sagt sie nur Ihnen, und nur in dem Moment',
  notOthers: 'Frühere Zahlungen und andere Dokumente: Sie öffnen sich mit Hilfe der Bank',
}
