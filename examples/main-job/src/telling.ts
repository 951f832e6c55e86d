/** How the main job speaks: numbered steps, what crossed the wire, what was refused. */
const plain = process.env['NO_COLOR'] !== undefined || !process.stdout.isTTY
const paint = (code: number, text: string): string => (plain ? text : `\u001b[${code}m${text}\u001b[0m`)

let number = 0

export function step(title: string): void {
  number++
  console.log(`\n${paint(1, `${number}. ${title}`)}`)
}
export function say(text: string): void {
  console.log(`   ${text}`)
}
export function wire(direction: '→' | '←', text: string): void {
  for (const line of text.split('\n'))
    console.log(paint(2, `   ${direction} ${line.length > 150 ? `${line.slice(0, 147)}…` : line}`))
}
export function refused(what: string, code: string): void {
  console.log(`   ${paint(32, '✓ refused')} ${what}: ${code}`)
}
export function done(text: string): void {
  console.log(`   ${paint(32, '✓')} ${text}`)
}
/** Throws unless it was refused with exactly this code: the main job is a test too. */
export function expectRefusal(
  what: string,
  answer: { status: number; code: string | undefined },
  code: string,
): void {
  if (answer.code !== code)
    throw new Error(`${what}: expected ${code}, got ${answer.status} ${answer.code ?? ''}`)
  refused(what, `${answer.status} ${code}`)
}
