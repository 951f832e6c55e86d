import type { WordsOf } from '../en.ts'

export const standing: WordsOf<'standing'> = {
  activate: 'Neuen Aktivierungscode eingeben',
  again: 'Noch einmal',
  anew: 'Telefon neu aktivieren',
  call: '+49 30 5550 100 anrufen',
  todo: 'Was zu tun ist',
  blockedFinger:
    'Finger oder Gesicht öffnet es weiterhin. Für einen neuen Passcode fragen Sie die Bank nach einem neuen Aktivierungscode.',
  forget: 'Alles von diesem Telefon entfernen',
  forgetTitle: 'Alles entfernen?',
  forgetText:
    'Was die App hier gespeichert hat, wird gelöscht. Ihre Konten bleiben, wie sie sind; zum Wiederkommen brauchen Sie einen neuen Aktivierungscode.',
  forgetYes: 'Entfernen',
  conditions: {
    blocked: {
      title: 'Passcode gesperrt',
      text: 'Er wurde zu oft falsch eingegeben, darum rät hier niemand weiter.',
      todo: 'Weisen Sie sich bei der Bank aus, dann bekommen Sie einen neuen Aktivierungscode.',
    },
    wiped: {
      title: 'Dieses Telefon wurde geleert',
      text: 'Was hier gespeichert war, kann niemand mehr öffnen. Ihr Geld ist sicher.',
      todo: 'Fragen Sie nach einem neuen Aktivierungscode: Er bringt alles zurück.',
    },
    forgotten: {
      title: 'Gesperrt, wie gewünscht',
      text: 'Niemand öffnet dieses Telefon mehr. Ihr Geld bleibt, wo es ist.',
      todo: 'Rufen Sie an oder kommen Sie in eine Filiale und weisen Sie sich aus. Mit dem neuen Aktivierungscode wählen Sie einen neuen Passcode.',
    },
    cloned: {
      title: 'Vielleicht gibt es eine Kopie',
      text: 'Eine Kopie dieser App wurde woanders geöffnet, darum haben wir beide gestoppt.',
      todo: 'Rufen Sie uns jetzt an. Wir sehen es mit Ihnen an, und Sie bekommen einen neuen Aktivierungscode.',
    },
    suspended: {
      title: 'Von der Bank angehalten',
      text: 'Zur Sicherheit haben wir dieses Telefon angehalten, bis Sie sich ausgewiesen haben.',
      todo: 'Rufen Sie an, geben Sie dann den neuen Aktivierungscode ein und wählen Sie einen neuen Passcode.',
    },
    revoked: {
      title: 'Dieses Telefon wurde entfernt',
      text: 'Sie oder die Bank haben es aus Ihrem Konto genommen. Es öffnet nichts mehr.',
      todo: 'Um es wieder zu nutzen, fragen Sie nach einem neuen Aktivierungscode. Waren Sie es nicht, rufen Sie an.',
    },
    key_missing: {
      title: 'Ein Schlüssel fehlt',
      text: 'Dieses Telefon findet seinen eigenen Schlüssel nicht, etwa nach einer Wiederherstellung.',
      todo: 'Versuchen Sie es noch einmal. Hilft das nicht, entfernen Sie das Gespeicherte und aktivieren Sie das Telefon neu.',
    },
    unreadable: {
      title: 'Gerade nicht lesbar',
      text: 'Die App kann nicht lesen, was sie gespeichert hat. Vielleicht ist sie in einem anderen Fenster offen.',
      todo: 'Schließen Sie andere Fenster dieser App, entsperren Sie Ihr Telefon und versuchen Sie es noch einmal.',
    },
    rolled_back: {
      title: 'Alte Daten kamen zurück',
      text: 'Was hier gespeichert ist, ist älter, als es sein sollte, darum zeigen wir es nicht.',
      todo: 'Aktivieren Sie dieses Telefon neu. Ihre Daten kommen von der Bank zurück.',
    },
    damaged: {
      title: 'Gespeichertes ist beschädigt',
      text: 'Etwas, das auf diesem Telefon gespeichert ist, wurde verändert oder ist unvollständig.',
      todo: 'Versuchen Sie es noch einmal. Hilft das nicht, entfernen Sie es und aktivieren Sie das Telefon neu.',
    },
    clock_wrong: {
      title: 'Die Uhr geht falsch',
      text: 'Datum und Uhrzeit dieses Telefons sind nicht die der Bank.',
      todo: 'Stellen Sie die Uhr dieses Telefons, oder nutzen Sie ein anderes Netz. Dann noch einmal.',
    },
    evicted: {
      title: 'Der Browser hat Platz gemacht',
      text: 'Er hat entfernt, was diese App gespeichert hatte. Ihr Geld und Ihre Daten sind bei der Bank sicher.',
      todo: 'Aktivieren Sie dieses Telefon neu: Alles kommt zurück.',
    },
  },
}
