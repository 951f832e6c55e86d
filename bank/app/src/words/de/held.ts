import type { WordsOf } from '../en.ts'

export const held: WordsOf<'held'> = {
  title: 'Angehaltene Zahlungen',
  none: 'Nichts ist angehalten',
  noneText: 'Manchmal klären wir eine Zahlung mit Ihnen, bevor sie gesendet wird. Sie würde hier warten.',
  states: {
    held: 'Wird geprüft',
    released: 'Kann gesendet werden',
    sent: 'Ausgang unbekannt',
    refused: 'Nicht ausgeführt',
    expired: 'Zeit ist um',
  },
  one: 'Angehaltene Zahlung',
  headings: {
    held: 'Das klären wir erst mit Ihnen',
    released: 'Sie können sie jetzt senden',
    sent: 'Gesendet, aber die Antwort fehlt',
    refused: 'Das führen wir nicht aus',
    expired: 'Die Zeit dafür ist um',
  },
  texts: {
    held: 'Von Ihrem Konto ist nichts abgegangen. Wir halten diese Zahlung an, denn:',
    released: 'Wir haben sie geprüft. Noch ist nichts abgegangen: Sie haben das letzte Wort.',
    sent: 'Die Verbindung brach ab. Holen Sie den Beleg: Ein zweites Mal wird nicht gesendet.',
    refused:
      'Von Ihrem Konto ist nichts abgegangen, und so bleibt es. Wissen Sie nicht, warum, rufen Sie uns an: +49 30 5550 100.',
    expired: 'Von Ihrem Konto ist nichts abgegangen. Möchten Sie noch zahlen, beginnen Sie neu.',
  },
  what: (amount, name) => `${amount} an ${name}`,
  until: (date) => `Offen bis ${date}. Danach wird sie nicht mehr gesendet.`,
  next: 'Wie es weitergeht',
  steps: [
    'Wir sehen uns die Zahlung an, meist innerhalb einer Stunde',
    'Wir rufen Sie unter Ihrer Nummer an. Nach Ihrem Passcode fragen wir nie',
    'Zwei von uns geben sie frei. Dann senden Sie sie hier',
  ],
  look: 'Neu nachsehen',
  looking: 'Wird nachgesehen',
  send: (amount) => `${amount} jetzt senden`,
  busy: 'Wird gesendet',
  receipt: 'Beleg holen',
  leave: 'Ich möchte das nicht mehr',
  leaveTitle: 'Nicht senden?',
  leaveText: 'Dieses Telefon vergisst die Zahlung. Ohne es kann sie niemand senden, auch wir nicht.',
  leaveYes: 'Nicht senden',
  remove: 'Aus dieser Liste entfernen',
  again: 'Neu beginnen',
}
