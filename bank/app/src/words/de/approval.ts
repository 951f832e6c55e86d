import type { WordsOf } from '../en.ts'

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

export const approval: WordsOf<'approval'> = {
  title: 'Bitte prüfen und freigeben',
  text: 'Genau das wird ausgeführt, sonst nichts.',
  presence: 'Mit Finger oder Gesicht freigeben',
  passcode: 'Mit Passcode freigeben',
  whole: 'Noch einmal alles zeigen',
  approve: 'Freigeben',
  busy: 'Wird freigegeben',
  decline: 'Nicht freigeben',
  close: 'Schließen',
  notes: {
    hold: {
      title: 'Das prüfen wir zuerst',
      text: 'Bevor diese Zahlung gesendet wird, sehen wir sie uns an und rufen Sie an.',
    },
  },
  reasons: {
    over_limit: 'Sie liegt über Ihrem Limit',
    velocity: 'Es waren viele Zahlungen in kurzer Zeit',
    new_payee: 'An diese Person haben Sie noch nie gezahlt',
    unusual_amount: 'Der Betrag ist für Sie ungewöhnlich',
    new_place: 'Sie kommt von einem Ort, von dem Sie noch nie gezahlt haben',
    new_device: 'Dieses Telefon ist uns neu',
    suspicion: 'Etwas daran gleicht einem bekannten Betrug',
    rule: 'Eine Regel der Bank verlangt es',
  },
  over: 'Die Zeit für die Freigabe ist um. Es wurde nichts ausgeführt. Schließen Sie und beginnen Sie neu.',
  clock,
  until: (seconds) => `Noch ${clock(seconds)} gültig`,
  soon: 'Noch weniger als eine halbe Minute',
  ask: {
    step_up: 'Bitte bestätigen Sie, dass Sie es sind',
    expired: 'Ihre Sitzung ist beendet',
    passcode: 'Geben Sie Ihren Passcode ein, um fortzufahren.',
    presence: 'Nutzen Sie Finger oder Gesicht oder den Passcode, um fortzufahren.',
    send: 'Bestätigen',
  },
}
