/** Text of people: what may stand on a statement, and how it is compared. */

/** Control, format, private and unassigned characters, and separators but the space: what is not seen, or turns what is seen around. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u

/** Whether everybody who prints the text shows the same: in normal form, nothing invisible, no space at either end. */
export function isPrintable(text: string): boolean {
  return text === text.trim() && text === text.normalize('NFC') && isVisible(text)
}

export function isVisible(text: string): boolean {
  return !unprintable.test(text)
}

/** Lower case in one place, for what is stored and what is looked for alike: databases differ in what they can lower. */
export function foldCase(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  ø: 'o',
  œ: 'oe',
  ł: 'l',
  đ: 'd',
  þ: 'th',
}

/** The words of a name without accents, case and punctuation. */
export function nameWords(name: string): string[] {
  const plain = foldCase(name)
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[ßæøœłđþ]/g, (letter) => letters[letter] ?? letter)
  return plain.match(/[\p{L}\p{N}]+/gu) ?? []
}
