/** Names of payees (docs/protocol.md 9.1), so that no script can dress up as another: UTS #39, restriction level "highly restrictive". */
import { isOneWriting } from './approval-script.ts'
import { legible } from './approval-text.ts'

/** As long as ISO 20022 lets a creditor's name be in SEPA. */
const longest = 70

/** Letters with their marks, digits, and the punctuation of names. Brackets stay out: {@link showName} uses them. */
const ofNames = /^[\p{L}\p{M}\d '\u2019.,&()/+:?!@"\u00b7\u30fb-]+$/u

/** Letters that look like Latin ones (UTS #39 section 4), in scripts a name may be written in. */
const twins: ReadonlyArray<readonly [script: string, letters: string]> = [
  ['Cyrillic', 'АВЕЅІЈКМНОРСТУХҮѴԌԚԜҪҺӀӠасԁеһіјӏкорԛѕԝхуүѵѡгпьҫӡӕ'],
  ['Greek', 'ΑΒΕΖΗΙͿΚΜΝΟΡΤΥΧϜϷϺαβγεηιϳκνορστυχωϸ'],
  ['Armenian', 'ՕՍՏԼօոռսհցզգյւք'],
]

/** The name itself. Throws TypeError. */
export function parseName(text: string): string {
  legible(text, longest)
  if (!ofNames.test(text)) throw new TypeError('a character names do not have')
  if (!isOneWriting(text)) throw new TypeError('letters of scripts that are not written together')
  return text
}

/**
 * The name, and, where each of its letters could be a Latin one, the script it is in: `Capa` in Cyrillic letters shows as
 * `Сара [Cyrillic]`. To refuse it would shut out people who are called so.
 */
export function showName(name: string): string {
  const letters = name.normalize('NFD').match(/\p{L}/gu) ?? []
  const twin = twins.find(
    ([, alike]) => letters.length > 0 && letters.every((letter) => alike.includes(letter)),
  )
  return twin === undefined ? name : `${name} [${twin[0]}]`
}
