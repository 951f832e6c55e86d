import type { WordsOf } from '../en.ts'

export const settings: WordsOf<'settings'> = {
  title: 'Einstellungen',
  language: 'Sprache',
  look: 'Darstellung',
  lookText: 'Hell oder dunkel, wie Ihr Telefon eingestellt ist.',
  opening: 'App öffnen',
  change: 'Passcode ändern',
  changeText: 'Der alte gilt sofort nicht mehr.',
  changed: 'Passcode geändert',
  changedText: 'Ab jetzt öffnet nur der neue dieses Telefon.',
  oldWrong:
    'Das war nicht Ihr bisheriger Passcode. Geben Sie den neuen noch einmal ein, danach den bisherigen.',
  done: 'Fertig',
  finger: 'Finger oder Gesicht',
  fingerOn: 'Eingeschaltet',
  fingerOff: 'Ausgeschaltet',
  lock: 'Jetzt sperren',
  lockText: 'Die Schlüssel verlassen sofort den Speicher.',
  more: 'Die App',
  leave: 'Alder Bank von diesem Telefon entfernen',
  leaveText: 'Wenn Sie das Telefon verkaufen oder weitergeben.',
  leaveTitle: 'Von diesem Telefon entfernen?',
  leaveSteps: [
    'Dieses Telefon wird aus Ihrem Konto genommen',
    'Alles, was hier gespeichert ist, wird gelöscht',
    'Ihre Konten bleiben, wie sie sind',
    'Zum Wiederkommen brauchen Sie einen neuen Aktivierungscode',
  ],
  leaveYes: 'Entfernen',
  leaveBusy: 'Wird entfernt',
  about: 'Über die App',
  aboutText: 'Version und Lizenzen',
  version: (version) => `Version ${version}`,
  fictional:
    'Die Alder Bank gibt es nicht. Diese App zeigt, wie eine Bank ihre App an ein Telefon binden und alles dazwischen schützen kann; sie ist freie Software unter der Apache-Lizenz 2.0.',
  parts: 'Gemacht mit',
}
