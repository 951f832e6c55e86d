import type { WordsOf } from '../en.ts'

export const cards: WordsOf<'cards'> = {
  title: 'Karten',
  none: 'Keine Karten',
  noneText: 'Sie haben noch keine Karte von uns. Rufen Sie an, dann schicken wir Ihnen eine.',
  face: (label, last, expires) => `${label}, endet auf ${last}, gültig bis ${expires}`,
  frozen: 'Gesperrt',
  freeze: 'Sperren',
  freezing: 'Wird gesperrt',
  thaw: 'Entsperren',
  thawing: 'Wird entsperrt',
  frozenText: 'Mit dieser Karte kann niemand zahlen. Sie können sie jederzeit wieder nutzen.',
  pin: 'PIN zeigen',
  fetching: 'PIN wird geholt',
  pinTitle: 'Ihre PIN',
  pinText: 'Sehen Sie sich um: Niemand sonst soll das sehen.',
  pinSays: (digits) => `Ihre PIN: ${digits}`,
  gone: (seconds) => (seconds === 1 ? 'Noch 1 Sekunde' : `Noch ${seconds} Sekunden`),
  time: 'Verbleibende Zeit für die PIN',
  hide: 'Jetzt verbergen',
  never: 'Sie wird auf diesem Telefon nirgends aufbewahrt.',
}
