import type { WordsOf } from '../en.ts'

export const scan: WordsOf<'scan'> = {
  title: 'Code scannen',
  text: 'Halten Sie die Kamera auf das Quadrat auf dem Brief oder Bildschirm der Alder Bank.',
  view: 'Bild der Kamera',
  other: 'Das ist ein anderer Code. Es muss der von der Alder Bank sein.',
  type: 'Code stattdessen eintippen',
  again: 'Noch einmal',
  starting: 'Kamera wird gestartet',
  problems: {
    refused: {
      title: 'Die Kamera ist nicht erlaubt',
      text: 'Sie oder Ihr Browser haben Nein gesagt. Erlauben Sie die Kamera für diese Seite in den Einstellungen des Browsers, oder tippen Sie den Code ein.',
    },
    missing: {
      title: 'Keine Kamera gefunden',
      text: 'Dieses Telefon hat keine Kamera, die wir nutzen können. Tippen Sie den Code ein.',
    },
    busy: {
      title: 'Die Kamera ist belegt',
      text: 'Eine andere App nutzt sie. Schließen Sie diese und versuchen Sie es noch einmal, oder tippen Sie den Code ein.',
    },
  },
}
