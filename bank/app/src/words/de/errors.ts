import type { WordsOf } from '../en.ts'

export const errors: WordsOf<'errors'> = {
  fault: 'Bei uns stimmt etwas nicht. Bleibt es dabei, rufen Sie uns bitte an.',
  later: 'Das ging gerade nicht. Bitte versuchen Sie es gleich noch einmal.',
  line: 'Zwischen diesem Telefon und der Bank stimmt etwas nicht. Es wurde nichts ausgeführt. Versuchen Sie ein anderes Netz.',
  offline: 'Keine Verbindung. Prüfen Sie Ihr Netz und versuchen Sie es noch einmal.',
  signed_out: 'Ihre Sitzung ist beendet. Bitte entsperren Sie neu.',
  locked: 'Die App ist gesperrt. Bitte entsperren Sie sie.',
  clock:
    'Datum und Uhrzeit dieses Telefons scheinen nicht zu stimmen. Stellen Sie sie richtig und versuchen Sie es noch einmal.',
  unreadable:
    'Die App kann nicht lesen, was sie gespeichert hat. Entsperren Sie Ihr Telefon und versuchen Sie es noch einmal.',
  other_window: 'Die Alder Bank ist in einem anderen Fenster offen. Sperren Sie sie zuerst dort.',
  storage_full:
    'Auf diesem Telefon ist kein Platz mehr. Schaffen Sie welchen und versuchen Sie es noch einmal.',
  start_over: 'Das kann nicht abgeschlossen werden. Fragen Sie uns nach einem neuen Aktivierungscode.',
  code_mistyped: 'Im Code ist ein Tippfehler. Vergleichen Sie Zeichen für Zeichen.',
  code_refused: 'Dieser Code gilt nicht. Vergleichen Sie ihn; stimmt er, fragen Sie uns nach einem neuen.',
  text_refused: 'Diese Ziffern sind falsch oder zu alt. Geben Sie die aus der neuesten SMS ein.',
  text_unsent: 'Die SMS ging nicht hinaus. Bitte versuchen Sie es noch einmal.',
  device_limit: 'Sie haben so viele Telefone wie erlaubt. Entfernen Sie zuerst eines.',
  already_bound: 'Dieses Telefon ist schon verbunden. Öffnen Sie die App neu.',
  passcode_wrong: 'Falscher Passcode.',
  passcode_paused: 'Zu viele falsche Versuche. Bitte warten Sie.',
  passcode_weak: 'Dieser Passcode ist zu leicht. Wählen Sie einen anderen.',
  passcode_unsupported:
    'Dieses Telefon kann gerade keinen Passcode schützen. Schließen Sie andere Apps und versuchen Sie es noch einmal.',
  finger_failed:
    'Finger oder Gesicht wurde nicht erkannt. Versuchen Sie es noch einmal oder nutzen Sie den Passcode.',
  finger_gone: 'Finger oder Gesicht ist hier nicht mehr eingerichtet. Nutzen Sie den Passcode.',
  finger_unsupported: 'Dieses Telefon kann das nicht. Ihr Passcode gilt wie zuvor.',
  needs_proof: 'Nicht ausgeführt: Dazu braucht es Ihren Passcode oder Finger oder Gesicht.',
  too_fast: 'Das war viel auf einmal. Bitte warten Sie eine Minute.',
  unknown_outcome:
    'Wir wissen noch nicht, ob das ausgeführt wurde. Sehen Sie in Ihre Zahlungen, bevor Sie es noch einmal versuchen.',
  done_already: 'Das wurde schon ausgeführt.',
  in_progress: 'Das wird gerade ausgeführt. Einen Moment, bitte.',
  ended: 'Dieses Telefon darf nicht mehr benutzt werden. Öffnen Sie die App neu, um zu sehen, warum.',
  offline_refused: 'Es ist nichts gespeichert, was sich ohne Verbindung zeigen ließe.',
  declined: 'Nicht freigegeben. Es wurde nichts ausgeführt.',
  approval_over: 'Die Zeit für die Freigabe war um. Es wurde nichts ausgeführt; bitte beginnen Sie neu.',
  approval_refused:
    'Die Freigabe wurde nicht angenommen. Es wurde nichts ausgeführt; bitte beginnen Sie neu.',
  payment_refused: 'Die Bank führt diese Zahlung nicht aus.',
  payment_held: 'Wir möchten diese Zahlung erst mit Ihnen klären. Noch wurde nichts gesendet.',
  no_customer: 'Für Sie gibt es hier noch kein Konto. Bitte rufen Sie uns an.',
  not_enough_money: 'Auf diesem Konto ist nicht genug Geld.',
  bad_iban: 'In dieser IBAN ist ein Fehler. Vergleichen Sie Ziffer für Ziffer.',
  payee_exists: 'Diesen Empfänger haben Sie schon.',
  no_such_account: 'Dieses Konto gibt es bei der Bank nicht.',
  first_day: 'Ein Dauerauftrag beginnt heute oder später, innerhalb von zwei Jahren.',
  same_account: 'Von einem Konto kann kein Geld an dasselbe Konto gehen.',
  gone: 'Das gibt es nicht mehr.',
  invalid: 'Hier stimmt eine Eingabe nicht. Bitte prüfen Sie sie.',
}
