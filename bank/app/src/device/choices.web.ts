/** What the user chose and nobody need hide, such as the language: it has to be known before anything is unlocked. */
export function readChoice(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

export function writeChoice(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}

/** BCP 47, the most wanted first. */
export function deviceLanguages(): readonly string[] {
  return navigator.languages
}
