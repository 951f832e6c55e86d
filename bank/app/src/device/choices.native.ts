/** What the user chose and nobody need hide, such as the language: it has to be known before anything is unlocked. */
import { File, Paths } from 'expo-file-system'

const file = new File(Paths.document, 'choices.json')

function readAll(): Record<string, string> {
  try {
    return file.exists ? (JSON.parse(file.textSync()) as Record<string, string>) : {}
  } catch {
    // A file that was torn is one nobody wrote.
    return {}
  }
}

export function readChoice(name: string): string | null {
  return readAll()[name] ?? null
}

export function writeChoice(name: string, value: string): void {
  try {
    file.write(JSON.stringify({ ...readAll(), [name]: value }))
  } catch {
    // A full phone: the choice lasts as long as the app runs.
  }
}

/** BCP 47, the most wanted first. */
export function deviceLanguages(): readonly string[] {
  return [Intl.DateTimeFormat().resolvedOptions().locale]
}
