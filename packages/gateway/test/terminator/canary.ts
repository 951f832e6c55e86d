/** Texts that may not be found where they do not belong, in whichever of the usual spellings. */

/** Name and text. */
export type Canaries = ReadonlyMap<string, string>

/** The parts of a base64 that do not depend on what stands around the text, for each place it may begin at. */
function base64Of(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), Buffer.from(text)])
    const first = before === 0 ? 0 : 4
    const last = whole.length % 3 === 0 ? 0 : 4
    return whole.toString('base64').slice(first, -last || undefined)
  })
}

function spellingsOf(text: string): string[] {
  const base64 = base64Of(text)
  const url = base64.map((spelling) => spelling.replaceAll('+', '-').replaceAll('/', '_'))
  return [text, encodeURIComponent(text), Buffer.from(text).toString('hex'), ...base64, ...url]
}

/** `canary in record` for each that is found. */
export function found(canaries: Canaries, records: ReadonlyMap<string, Uint8Array>): string[] {
  return [...canaries].flatMap(([name, text]) => {
    // A short text would be found by chance.
    if (text.length < 8) throw new TypeError(`the canary ${name} is too short`)
    const spellings = spellingsOf(text)
    return [...records]
      .filter(([, octets]) => spellings.some((spelling) => Buffer.from(octets).includes(spelling)))
      .map(([record]) => `${name} in ${record}`)
  })
}
