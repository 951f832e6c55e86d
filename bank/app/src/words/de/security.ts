import type { WordsOf } from '../en.ts'

const phones = (count: number): string => (count === 1 ? 'einem Telefon' : `${count} Telefonen`)

export const security: WordsOf<'security'> = {
  title: 'Sicherheit',
  state: {
    good: 'Sie sind geschützt',
    goodText: 'Alles hier ist, wie es sein soll.',
    look: (count) => (count === 1 ? 'Bitte etwas prüfen' : `Bitte ${count} Dinge prüfen`),
    lookText: 'Alles andere ist, wie es sein soll.',
    unsure: 'Gerade nicht geprüft',
    unsureText: 'Die Bank hat nicht geantwortet. Was dieses Telefon schützt, gilt trotzdem.',
    line: 'Geschützt',
  },
  protects: 'Was Sie schützt',
  bound: {
    title: 'An dieses Telefon gebunden',
    text: (date) => `Seit ${date}. Eine Kopie dieser App öffnet anderswo nichts.`,
    unknown: 'Eine Kopie dieser App öffnet anderswo nichts.',
  },
  passcode: {
    title: 'Passcode',
    text: 'Nur Sie kennen ihn. Nach einigen falschen Versuchen rät niemand weiter.',
  },
  finger: {
    title: 'Finger oder Gesicht',
    on: 'Eingeschaltet. Beides verlässt dieses Telefon nicht.',
    off: 'Ausgeschaltet. Schneller als tippen, und niemand schaut Ihnen über die Schulter.',
  },
  line: {
    title: 'Versiegelte Leitung',
    text: 'Von diesem Telefon unterschrieben und versiegelt: Unterwegs liest oder ändert niemand etwas.',
    unsure: 'Die Bank hat gerade nicht geantwortet, darum ließ sich das nicht prüfen.',
  },
  approvals: {
    title: 'Freigaben',
    text: 'Geld bewegt sich nur so, wie Sie es gesehen und freigegeben haben.',
    held: (count) =>
      count === 1 ? 'Eine Zahlung wartet auf unseren Anruf.' : `${count} Zahlungen warten auf unseren Anruf.`,
  },
  storage: {
    title: 'Verschlüsselt gespeichert',
    text: 'Was hier liegt, öffnet sich nur Ihnen und nur mit Hilfe der Bank.',
    documents: (count) =>
      count === 1
        ? 'Ein Dokument und alles andere hier öffnen sich nur Ihnen.'
        : `${count} Dokumente und alles andere hier öffnen sich nur Ihnen.`,
  },
  away: {
    title: 'Ohne Verbindung',
    until: (until) =>
      `Ihre letzten Stände öffnen sich mit Finger oder Gesicht bis ${until}, danach nicht ohne die Bank.`,
    finger: 'Ohne die Bank öffnet sich nichts. Mit Finger oder Gesicht ginge es mit Ihren letzten Ständen.',
    never: 'Ohne die Bank öffnet sich nichts.',
  },
  idle: {
    title: 'Sperrt sich selbst',
    text: (minutes) => `Nach ${minutes} Minuten ohne Berührung, und wenn Sie die App verlassen.`,
  },
  devices: {
    title: 'Geräte',
    text: (count) => `Ihr Konto öffnet sich auf ${phones(count)}.`,
  },
  lately: 'Was zuletzt geschah',
  latelyNone: 'Nichts in den letzten 90 Tagen.',
  latelyAll: 'Alle zeigen',
  notices: {
    'device.bound': (name) => `„${name}“ kam zu Ihrem Konto hinzu`,
    'device.revoked': (name) => `„${name}“ wurde entfernt`,
    'device.clone_suspected': (name) =>
      `Vielleicht hat jemand eine Kopie von „${name}“, darum wurde es gestoppt`,
    'passcode.registered': (name) => `Auf „${name}“ wurde ein Passcode gesetzt`,
    'passcode.blocked': (name) => `Zu viele falsche Passcodes haben „${name}“ gesperrt`,
    'passcode.forgotten': (name) => `„${name}“ wurde wegen eines vergessenen Passcodes gesperrt`,
    'presence.registered': (name) => `Für „${name}“ wurde Finger oder Gesicht eingeschaltet`,
    'transfer.held': (name) => `Eine Zahlung von „${name}“ wurde angehalten`,
    'transfer.released': (name) => `Eine angehaltene Zahlung von „${name}“ wurde freigegeben`,
    'transfer.hold_refused': (name) => `Eine angehaltene Zahlung von „${name}“ wurde abgelehnt`,
  },
  alarms: {
    'device.bound': 'Ein Telefon kam hinzu',
    'device.clone_suspected': 'Eine Kopie wurde gestoppt',
    'passcode.registered': 'Ein Passcode wurde gesetzt',
    'passcode.blocked': 'Ein Telefon wurde gesperrt',
    'passcode.forgotten': 'Ein Telefon wurde gesperrt',
    'presence.registered': 'Finger oder Gesicht kam hinzu',
  },
  asked: {
    text: (what, when) => `${what}, ${when}. Waren Sie das?`,
    yes: 'Ja, das war ich',
    no: 'Nein, das war ich nicht',
    title: 'Wenn Sie das nicht waren',
    steps: [
      'Entfernen Sie das fremde Telefon: Es ist sofort ausgesperrt',
      'Rufen Sie uns an: Wir sehen es mit Ihnen an und halten Zahlungen zurück',
    ],
    devices: 'Meine Telefone zeigen',
  },
}
