/**
 * Which passcodes are too weak to be set. The service never sees a passcode, so this is the phone's to judge, and it asks nobody. Locks
 * leave a thief a handful of guesses (docs/protocol.md 11): it is enough to refuse what people choose first, and little of the rest.
 *
 * What people choose: P. Markert et al., "This PIN Can Be Easily Guessed" (IEEE Symposium on Security and Privacy 2020), found 123456,
 * 654321, 111111, 000000, 123123, 666666, 121212, 112233, 789456 and 159753 on top among six digits; N. Berry, "PIN analysis" (2012),
 * dates, years, couplets, lines on the keypad and numbers with a meaning. The rules below are our own.
 */

export type Weakness =
  /** Fewer than 6 characters. */
  | 'too_short'
  /** More than 128 characters. */
  | 'too_long'
  /** A few digits or characters over and over, or the same backwards. */
  | 'repetition'
  /** Rows: counting, the alphabet, neighbours on keypad or keyboard. */
  | 'sequence'
  /** Any day in any usual order, or a year with a month. */
  | 'date'
  /** A well-known number, or a well-known word with little added. */
  | 'common'

/** Null: not obviously weak. Characters are Unicode's code points. */
export function weakness(passcode: string): Weakness | null {
  const { length } = Array.from(passcode.normalize('NFC'))
  if (length < 6) return 'too_short'
  if (length > 128) return 'too_long'
  const text = plain(passcode)
  const rules = /^[0-9]+$/.test(text) ? digitRules : textRules
  return rules.find(([, holds]) => holds(text))?.[0] ?? null
}

type Rule = readonly [Weakness, (text: string) => boolean]
const digitRules: readonly Rule[] = [
  ['repetition', (code) => distinct(code) < 3 || isRepeated(code) || isMirrored(code) || isDoubled(code)],
  ['sequence', (code) => isCounting(code) || isWalk(code) || pieces(code).length < 4],
  ['date', isDate],
  ['common', (code) => knownNumbers.has(code)],
]
const textRules: readonly Rule[] = [
  ['repetition', (text) => distinct(text) < 4 || isRepeated(text)],
  ['common', (text) => hasKnownWord(text) && pieces(text).length < 4],
  ['sequence', (text) => pieces(text).length < 4],
]

/** Width and case of letters, and whose digits they are, make nothing harder to guess. Never the octets that are sent. */
function plain(passcode: string): string {
  const zeros = [0x660, 0x6f0, 0x966]
  return Array.from(passcode.normalize('NFKC').toLowerCase(), (character) => {
    const code = character.codePointAt(0) as number
    const zero = zeros.find((first) => code >= first && code < first + 10)
    return zero === undefined ? character : String(code - zero)
  }).join('')
}

const distinct = (text: string): number => new Set(text).size

/** 123123, 121212. */
function isRepeated(text: string): boolean {
  return (text + text).indexOf(text, 1) < text.length
}
/** 123321. */
function isMirrored(code: string): boolean {
  return backwards(code) === code
}
function backwards(text: string): string {
  return Array.from(text).reduceRight((whole, character) => whole + character, '')
}
/** 112233. */
function isDoubled(code: string): boolean {
  return /^(?:(.)\1)+$/.test(code)
}

/** By ones or by couplets: 135791, 101112, 102030. */
function isCounting(code: string): boolean {
  if (isSteady(Array.from(code, Number), 10)) return true
  if (code.length % 2 !== 0) return false
  const couplets = (code.match(/../g) ?? []).map(Number)
  const step = Math.abs((couplets[1] as number) - (couplets[0] as number))
  return [1, 2, 5, 10, 11].includes(step) && isSteady(couplets, 100)
}
function isSteady(numbers: readonly number[], modulus: number): boolean {
  const steps = numbers.slice(1).map((number, i) => (number - (numbers[i] as number) + modulus) % modulus)
  return new Set(steps).size === 1
}

/** Each key of the keypad touches the next, not by a corner: 147896. */
function isWalk(code: string): boolean {
  const places = Array.from(code, (key) => keypad.indexOf(key))
  return places.slice(1).every((place, i) => {
    const apart = Math.abs(place - (places[i] as number))
    return apart === 4 || apart === 1
  })
}
const keypad = '123 456 789  0'

/** With and without the century; a single digit for day and month only before a whole year. */
const dates = [
  /^(?<day>..)(?<month>..)(?:..|(?:19|20)..)$/,
  /^(?<month>..)(?<day>..)(?:..|(?:19|20)..)$/,
  /^(?:..|(?:19|20)..)(?<month>..)(?<day>..)$/,
  /^(?<day>.)(?<month>.)(?:19|20)..$/,
  /^(?<month>..)(?:19|20)..$/,
  /^(?:19|20)..(?<month>..)$/,
]
const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function isDate(code: string): boolean {
  return dates.some((form) => {
    const found = form.exec(code)?.groups
    const day = Number(found?.['day'] ?? 1)
    return day >= 1 && day <= (days[Number(found?.['month']) - 1] ?? 0)
  })
}

/** Pi, e and other constants, numbers of songs and films, what sounds like words, and shapes no rule above names. */
const knownNumbers: ReadonlySet<string> = new Set(
  (
    '314159 3141592 31415926 271828 141421 161803 867530 8675309 420691 133742 131337 ' +
    '521131 131452 131420 201314 5201314 1314520 192837 918273 124578 235689 951623 246800 135790'
  ).split(' '),
)

/** Words on top of published lists of leaked passwords, in a few languages; spelled as {@link spelled} spells. */
const knownWords: readonly string[] = (
  'password passwort passcode motdepasse contrasena wachtwoord senha parola geheim secret letmein welcome willkommen ' +
  'bonjour hello hallo hola login admin master access default changeme test demo user guest iloveyou love amour ' +
  'liebe schatz angel princess sunshine flower summer sommer winter spring autumn herbst monday january ' +
  'dragon monkey shadow killer hunter tiger eagle football fussball baseball soccer hockey liverpool arsenal chelsea ' +
  'barcelona juventus superman batman pokemon starwars matrix michael jordan charlie daniel thomas jessica ashley ' +
  'andrea martin freedom whatever nothing computer internet samsung iphone android google facebook apple ' +
  'banking bank konto money geld visa cookie cheese chocolate family bitte danke please'
).split(' ')

/** One form for a word and its spelling with signs: passw0rd, pa$$word. */
function spelled(text: string): string {
  const signs: Readonly<Record<string, string>> = {
    0: 'o',
    1: 'i',
    '!': 'i',
    l: 'i',
    3: 'e',
    4: 'a',
    '@': 'a',
    5: 's',
    $: 's',
    7: 't',
  }
  return Array.from(text, (character) => signs[character] ?? character).join('')
}
const words = knownWords.map(spelled)
const hasKnownWord = (text: string): boolean => words.some((word) => spelled(text).includes(word))

const lines = [
  '1234567890 2580 147 369 159 357',
  'qwertyuiop asdfghjkl zxcvbnm qwertzuiop yxcvbnm azertyuiop qsdfghjklm wxcvbn йцукенгшщзхъ фывапролджэ ячсмитьбю',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm 1q2w3e4r5t6y7u8i9o0p !"§$%&/() !@#$%^&*()',
].flatMap((some) => some.split(' '))
const rows = [...lines, ...lines.map(backwards)]

/** What somebody has to think of: each row of three or more, known word or year is one thing, as is every other character. */
function pieces(text: string): string[] {
  const found: string[] = []
  const signs = spelled(text)
  for (let i = 0; i < text.length; ) {
    const length = Math.max(1, rowAt(text, i), wordAt(signs, i), yearAt(text, i))
    found.push(text.slice(i, i + length))
    i += length
  }
  return found
}

function rowAt(text: string, start: number): number {
  let end = start + 3
  const isRow = (): boolean => {
    const part = text.slice(start, end)
    return distinct(part) === 1 || isAlphabetical(part) || rows.some((row) => row.includes(part))
  }
  while (end <= text.length && isRow()) end++
  return end - 1 - start > 2 ? end - 1 - start : 0
}
/** Forwards or backwards, in any script. */
function isAlphabetical(text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0) as number)
  return [1, -1].some((step) => codes.slice(1).every((code, i) => code - (codes[i] as number) === step))
}
function wordAt(text: string, start: number): number {
  return Math.max(0, ...words.filter((word) => text.startsWith(word, start)).map((word) => word.length))
}
/** Among letters only: of six digits it would refuse several in a hundred, and dates are known already. */
function yearAt(text: string, start: number): number {
  return /[^0-9]/.test(text) && /^(?:19|20)[0-9]{2}/.test(text.slice(start)) ? 4 : 0
}
