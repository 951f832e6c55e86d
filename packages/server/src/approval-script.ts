/** Scripts of what a user is shown (docs/protocol.md 9.1), so that no letter passes for another: UAX #31 table 5, UTS #39 section 5.2. */

/** Latin as languages are written in it: phonetic letters such as `ɑ` and clicks such as `ǃ` only imitate. U+0300 to U+036F are its marks. */
const latin =
  'A-Za-z\\u00c0-\\u01bf\\u01c4-\\u024f\\u1e00-\\u1eff\\u0253\\u0254\\u0256\\u0257\\u0259\\u025b\\u0260\\u0263\\u0268\\u0272\\u0275\\u0283\\u0288-\\u028b\\u0292\\u0300-\\u036f'

/** Recommended for identifiers, each by itself. What is rare or dead, Cherokee with it, imitates more often than it names. */
const alone =
  'Arab Armn Beng Cyrl Deva Ethi Geor Grek Gujr Guru Hebr Knda Khmr Laoo Mlym Mymr Orya Sinh Taml Telu Thaa Thai Tibt'.split(
    ' ',
  )
/** Written together, with Latin among them. */
const together = ['Hani Hira Kana', 'Hani Bopo', 'Hani Hang']

/** By Script_Extensions: a mark or stroke that several scripts share goes with each of them. */
const lettersOf = (scripts: string): string =>
  scripts.replace(/\w+ ?/g, (script) => `\\p{scx=${script.trim()}}`)
const writings = [latin, ...alone.map(lettersOf), ...together.map((scripts) => latin + lettersOf(scripts))]

/** Digits and punctuation are common to all, some marks inherited from the letter before. */
const whole = writings.map((letters) => new RegExp(`^[${letters}${lettersOf('Zyyy Zinh')}]+$`, 'u'))
const foreign = new RegExp(`(?![${writings.join('')}])\\p{L}`, 'u')

/** True when all of it is written in one script, or in scripts that are written together ("highly restrictive"). */
export function isOneWriting(text: string): boolean {
  return whole.some((letters) => letters.test(text))
}

/** True when a letter is of none of these scripts, or of no script, as modifiers that pass for punctuation. */
export function hasForeignLetter(text: string): boolean {
  return foreign.test(text)
}
