import type { WordsOf } from '../en.ts'

export const standing: WordsOf<'standing'> = {
  activate: 'Neuen Aktivierungscode eingeben',
  again: 'Noch einmal',
  call: 'Rufen Sie uns an: +49 30 5550 100',
  forget: 'Alles von diesem Telefon entfernen',
  forgetTitle: 'Alles entfernen?',
  forgetText:
    'Was die App hier gespeichert hat, wird gelöscht. Ihre Konten bleiben, wie sie sind; zum Wiederkommen brauchen Sie einen neuen Aktivierungscode.',
  forgetYes: 'Entfernen',
  conditions: {
    blocked: {
      title: 'Passcode gesperrt',
      text: 'Er wurde zu oft falsch eingegeben. Weisen Sie sich aus, dann bekommen Sie einen neuen Aktivierungscode.',
    },
    wiped: {
      title: 'Dieses Telefon wurde geleert',
      text: 'Was hier gespeichert war, kann niemand mehr öffnen. Ihr Geld ist sicher, und ein neuer Aktivierungscode bringt alles zurück.',
    },
    forgotten: {
      title: 'Gesperrt, wie gewünscht',
      text: 'Niemand öffnet dieses Telefon mehr. Rufen Sie an oder kommen Sie in eine Filiale: Sie weisen sich aus, bekommen einen neuen Aktivierungscode und wählen einen neuen Passcode.',
    },
    cloned: {
      title: 'Vielleicht gibt es eine Kopie',
      text: 'Eine andere Kopie dieser App wurde geöffnet, darum haben wir beide gestoppt. Bitte rufen Sie uns jetzt an und fragen Sie nach einem neuen Aktivierungscode.',
    },
    suspended: {
      title: 'Von der Bank angehalten',
      text: 'Zur Sicherheit haben wir dieses Telefon angehalten, bis Sie sich ausgewiesen haben. Rufen Sie an, geben Sie dann den neuen Aktivierungscode ein und wählen Sie einen neuen Passcode.',
    },
    revoked: {
      title: 'Dieses Telefon wurde entfernt',
      text: 'Sie oder wir haben es aus Ihrem Konto entfernt. Um es wieder zu nutzen, fragen Sie nach einem neuen Aktivierungscode.',
    },
    key_missing: {
      title: 'Ein Schlüssel fehlt',
      text: 'Dieses Telefon findet seinen eigenen Schlüssel nicht. Öffnen Sie die App neu. Hilft das nicht, entfernen Sie das Gespeicherte und aktivieren Sie es neu.',
    },
    unreadable: {
      title: 'Gerade nicht lesbar',
      text: 'Die App kann nicht lesen, was sie gespeichert hat. Entsperren Sie Ihr Telefon, schließen Sie andere Fenster dieser App und versuchen Sie es noch einmal.',
    },
    rolled_back: {
      title: 'Alte Daten kamen zurück',
      text: 'Was hier gespeichert ist, ist älter, als es sein sollte, darum zeigen wir es nicht. Entfernen Sie es und aktivieren Sie dieses Telefon neu.',
    },
    damaged: {
      title: 'Gespeichertes ist beschädigt',
      text: 'Versuchen Sie es noch einmal. Hilft das nicht, entfernen Sie es und aktivieren Sie dieses Telefon neu: Ihre Daten kommen von der Bank zurück.',
    },
    clock_wrong: {
      title: 'Die Uhr geht falsch',
      text: 'Prüfen Sie Datum und Uhrzeit dieses Telefons, oder versuchen Sie ein anderes Netz.',
    },
    evicted: {
      title: 'Der Browser hat Platz gemacht',
      text: 'Er hat entfernt, was diese App gespeichert hatte. Aktivieren Sie dieses Telefon neu: Ihre Daten kommen von der Bank zurück.',
    },
  },
}
