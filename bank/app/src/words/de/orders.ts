import type { WordsOf } from '../en.ts'

export const orders: WordsOf<'orders'> = {
  title: 'Daueraufträge',
  new: 'Neuer Dauerauftrag',
  none: 'Keine Daueraufträge',
  noneText: 'Miete, Sparen, Taschengeld: Was immer wieder gezahlt wird, zahlt sich von selbst.',
  week: 'Wöchentlich',
  month: 'Monatlich',
  next: (date) => `am ${date}`,
  added: (name) => `Ihr Dauerauftrag an ${name} ist eingerichtet.`,
  facts: {
    amount: 'Betrag',
    iban: 'IBAN',
    reference: 'Verwendungszweck',
    rhythm: 'Wie oft',
    next: 'Nächste Zahlung',
  },
  end: 'Dauerauftrag beenden',
  ending: 'Wird beendet',
  sure: (name) => `Nicht mehr an ${name} zahlen? Bisherige Zahlungen bleiben, wie sie sind.`,
  review: {
    title: 'Wie oft?',
    every: 'Wie oft',
    first: 'Erste Zahlung',
    choose: 'Tag der ersten Zahlung',
    send: 'Einrichten',
    busy: 'Wird eingerichtet',
    earlier: 'Monat davor',
    later: 'Monat danach',
  },
}
