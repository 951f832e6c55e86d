/**
 * Text a user can trust his eyes with (docs/protocol.md 9.1): what is signed is a row of code points, what he sees is what a font makes of
 * them. Here only those pass that show, each as itself and in its place. Refused, never mended: the sender corrects it.
 */
import { hasForeignLetter } from './approval-script.ts'

/**
 * Letters with their marks, ASCII, and punctuation and signs of money that are known by sight. No other digits (they pass for letters and
 * for other digits), no symbols, no blanks but the one, nothing that controls.
 */
const known =
  /^[\p{L}\p{Mn}\p{Mc} -~\u2018\u2019\u201c-\u201e\u00ab\u00bb\u2013\u2014\u00b7\u00a1\u00bf\u00a7\u20ac\u00a3\u00a5\u30fb\u3001\u3002\u300c\u300d\u060c\u061b\u061f\u05be\u05f3\u05f4\u0964\u0965]+$/u

/** Fillers and selectors count as letters and marks, and show as nothing. */
const invisible = /\p{Default_Ignorable_Code_Point}/u

/** Marks on nothing, or so many that they run over what stands beside them. */
const loose = /(?<![\p{L}\p{M}])\p{M}|\p{M}{4}/u

/** Marks drawn where another one is, or a dot is already (UTS #39 section 5.4): two texts look like one. */
const hidden = /(\p{M})\1|[\p{Soft_Dotted}l\u0131\u0237]\p{M}*\u0307/u

/** Blocks whose letters run from right to left. */
const leftward = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
const rightward = /(?=[^\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}])\p{L}/u

/** Thai and Lao "am" has a compatibility form nobody writes. */
const am = /[\u0e33\u0eb3]/gu

/** Why it is refused, or null. NFKC keeps away full-width and styled letters, ligatures and look-alike dots, and takes NFC with it. */
function faultOf(text: string, most: number): string | null {
  const length = Array.from(text).length
  if (length < 1 || length > most) return `not of 1 to ${most} characters`
  if (!known.test(text) || invisible.test(text) || hasForeignLetter(text))
    return 'a character nobody can tell by sight'
  const plain = text.replace(am, '')
  if (plain.normalize('NFKC') !== plain) return 'not in its normal form'
  if (loose.test(text)) return 'marks without a letter, or too many'
  if (hidden.test(text)) return 'marks nobody sees'
  if (/^ | $| {2}/.test(text)) return 'blanks nobody sees'
  if (!/[\p{L}\d]/u.test(text)) return 'neither letter nor digit'
  // The order in which two directions are shown depends on the screen they are shown on.
  if (leftward.test(text) && rightward.test(text)) return 'letters of two directions'
  return null
}

/** The text itself, of 1 to `most` characters (code points). Throws TypeError. */
export function legible(text: string, most: number): string {
  const fault = faultOf(text, most)
  if (fault !== null) throw new TypeError(fault)
  return text
}
