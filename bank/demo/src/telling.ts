/** How the main job speaks: numbered steps, what crossed the wire, what came of it. */
const plain = process.env['NO_COLOR'] !== undefined || !process.stdout.isTTY
const paint = (code: number, text: string): string => (plain ? text : `\u001b[${code}m${text}\u001b[0m`)
const width = Math.max(60, process.stdout.columns ?? 100)
const marginColumns = 4
/** Room for `400 sealed_request_refused`. */
const codeColumns = 27

let number = 0

function line(text: string): void {
  console.log(text === '' ? '' : `${' '.repeat(marginColumns)}${text}`)
}

/** On one line of the terminal; what stands after the cut is of no use to a reader. */
function cut(text: string): string {
  const room = width - marginColumns - 2
  return text.length > room ? `${text.slice(0, room - 1)}…` : text
}

export function step(title: string): void {
  number++
  console.log(`\n${paint(1, `${String(number).padStart(2)}  ${title}`)}`)
}
/** A sentence, broken between words. */
export function say(text: string): void {
  let row = ''
  for (const word of text.split(' ')) {
    if (row.length + 1 + word.length > width - marginColumns) {
      line(row)
      row = word
    } else row = row === '' ? word : `${row} ${word}`
  }
  line(row)
}
/** Never broken, so that it can be copied. */
export function command(text: string): void {
  line(`${paint(2, '$')} ${text}`)
}
export function wire(direction: '→' | '←', text: string): void {
  for (const part of text.split('\n')) line(paint(2, `${direction} ${cut(part)}`))
}
/** A line of somebody else's, whole, as it stands there. */
export function quote(text: string): void {
  const room = width - marginColumns - 2
  for (let at = 0; at < text.length; at += room) line(paint(2, `| ${text.slice(at, at + room)}`))
}
export function done(text: string): void {
  line(`${paint(32, '✓')} ${text}`)
}
/** What stands on the phone's screen. */
export function screen(title: string, lines: ReadonlyArray<{ label: string; value: string }>): void {
  const labels = Math.max(...lines.map(({ label }) => label.length))
  const rows = lines.map(({ label, value }) => `${label.padEnd(labels)}  ${value}`)
  const wide = Math.max(title.length, ...rows.map(({ length }) => length))
  line(`┌─ ${title} ${'─'.repeat(wide - title.length)}┐`)
  for (const row of rows) line(`│ ${row.padEnd(wide)}  │`)
  line(`└${'─'.repeat(wide + 3)}┘`)
}
/** The outcome in one column, what was tried in the next. */
export function refused(outcome: string, what: string): void {
  line(`${paint(32, '✓')} refused  ${outcome.padEnd(codeColumns)} ${what}`)
}
export function letIn(outcome: string, what: string): void {
  line(`${paint(32, '✓')} let in   ${outcome.padEnd(codeColumns)} ${what}`)
}
/** Throws unless it was refused with exactly this code: the main job is a test too. */
export function expectRefusal(
  what: string,
  answer: { status: number; code: string | undefined },
  code: string,
): void {
  if (answer.code !== code)
    throw new Error(`${what}: expected ${code}, got ${answer.status} ${answer.code ?? ''}`)
  refused(`${answer.status} ${code}`, what)
}
