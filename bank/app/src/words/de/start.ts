import type { WordsOf } from '../en.ts'

const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many)
const time = (seconds: number): string => {
  if (seconds < 60) return `${seconds} ${plural(seconds, 'Sekunde', 'Sekunden')}`
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 120) return `${minutes} ${plural(minutes, 'Minute', 'Minuten')}`
  return `${Math.ceil(minutes / 60)} Stunden`
}

export const start: WordsOf<'start'> = {
  welcome: {
    title: 'Ihr Konto. Ihr Telefon.',
    text: 'Ihr Konto wird an dieses Telefon gebunden und an niemanden sonst. Sie brauchen nur den Aktivierungscode der Alder Bank.',
    begin: 'Aktivierungscode eingeben',
    scan: 'Code scannen',
    noCode:
      'Noch kein Code? Rufen Sie an oder kommen Sie in eine Filiale: Wir prüfen, wer Sie sind, und drucken Ihnen einen.',
    again:
      'Dieses Telefon braucht einen neuen Aktivierungscode. Ihr Geld und Ihre Daten sind bei der Bank sicher.',
  },
  code: {
    title: 'Aktivierungscode',
    text: 'Er steht auf dem Brief oder Bildschirm, den Sie von uns haben: fünf Gruppen zu vier Zeichen.',
    label: 'Aktivierungscode',
    send: 'Weiter',
    busy: 'Code wird geprüft',
    device: 'Name dieses Telefons',
    deviceHint: 'Unter diesem Namen steht es in Ihrer Geräteliste.',
    deviceDefault: 'Mein Telefon',
  },
  text: {
    title: 'Sehen Sie in Ihre Nachrichten',
    sent: (to) => `Wir haben eine SMS an Ihre Nummer ${to} geschickt. Darin müssen diese zwei Wörter stehen:`,
    phrase: 'Wörter in der SMS',
    warn: 'Andere Wörter oder gar keine SMS? Brechen Sie ab und rufen Sie uns an. Vielleicht versucht jemand anderes hineinzukommen.',
    label: '6 Ziffern aus der SMS',
    send: 'Telefon verbinden',
    busy: 'Telefon wird verbunden',
    restart: 'Mit einem anderen Code neu beginnen',
  },
  passcode: {
    title: 'Passcode wählen',
    change: 'Neuen Passcode wählen',
    text: 'Sechs Ziffern oder mehr. Nur Sie kennen ihn: Er verlässt dieses Telefon nicht, auch nicht zu uns.',
    repeat: 'Noch einmal, bitte',
    repeatText: 'Geben Sie denselben Passcode noch einmal ein.',
    next: 'Weiter',
    set: 'Passcode setzen',
    differs: 'Das war nicht dasselbe. Wählen Sie neu.',
    good: 'Gute Wahl',
    more: (left) => (left === 1 ? 'Noch eine Ziffer' : `Noch ${left} Ziffern`),
    busy: 'Passcode wird geschützt',
    done: 'Ihr Passcode wurde geändert.',
    weak: {
      too_short: '',
      too_long: 'Zu lang: höchstens 128 Zeichen',
      repetition: 'Zu leicht: er wiederholt sich',
      sequence: 'Zu leicht: er ist eine Reihe',
      date: 'Zu leicht: er könnte ein Datum sein',
      common: 'Zu leicht: viele benutzen ihn',
    },
  },
  finger: {
    title: 'Mit Finger oder Gesicht öffnen?',
    text: 'Schneller als tippen, und niemand schaut Ihnen über die Schulter.',
    points: [
      'Finger und Gesicht verlassen dieses Telefon nicht',
      'Ihr Passcode gilt weiter',
      'Sie können es jederzeit ausschalten',
    ],
    yes: 'Finger oder Gesicht nutzen',
    no: 'Nicht jetzt',
    busy: 'Finger oder Gesicht wird eingerichtet',
  },
  unlock: {
    title: 'Willkommen zurück',
    text: 'Geben Sie Ihren Passcode ein',
    send: 'Entsperren',
    busy: 'Wird entsperrt',
    finger: 'Finger oder Gesicht nutzen',
    fingerLost:
      'Finger oder Gesicht hat sich auf diesem Telefon geändert. Nutzen Sie Ihren Passcode und richten Sie es unter Sicherheit neu ein.',
    forgot: 'Passcode vergessen?',
    offline: 'Letzte Stände ohne Verbindung zeigen',
    left: (left) => (left === 1 ? 'Noch ein Versuch bis zur Pause.' : `Noch ${left} Versuche bis zur Pause.`),
    waiting: 'Pause zu Ihrer Sicherheit',
    waitingText: 'Der Passcode war zu oft falsch. Bis zum Ende der Pause kann ihn niemand versuchen.',
    waitingFinger: 'Finger oder Gesicht geht weiterhin.',
    until: (seconds) => `Wieder möglich in ${time(seconds)}`,
    unfinished: 'Nicht zu Ende eingerichtet',
    unfinishedText:
      'Dieses Telefon wurde verbunden, aber es wurde kein Passcode gesetzt. Beginnen Sie neu mit einem neuen Aktivierungscode.',
    unfinishedGo: 'Neu beginnen',
  },
  forgotten: {
    title: 'Passcode vergessen?',
    text: 'Niemand kann ihn nachsehen, auch wir nicht. So kommen Sie wieder hinein:',
    steps: [
      'Wir sperren dieses Telefon, damit niemand anderes es versucht',
      'Sie rufen an oder kommen in eine Filiale und weisen sich aus',
      'Sie bekommen einen neuen Aktivierungscode und wählen einen neuen Passcode',
    ],
    safe: 'Ihr Geld bleibt, wo es ist, und Ihre Karten gehen weiter.',
    yes: 'Dieses Telefon jetzt sperren',
    no: 'Zurück zum Passcode',
    busy: 'Telefon wird gesperrt',
  },
  starting: 'Alder Bank wird geöffnet',
}
