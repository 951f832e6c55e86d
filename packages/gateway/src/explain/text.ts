/** An explanation as text for a terminal: the checks, the two signature bases side by side, the hints. */
import type { Explanation } from './explain.ts'
import type { BaseRow } from './bases.ts'

const verdicts: Readonly<Record<Explanation['verdict'], string>> = {
  passes: 'This request passes (whether its nonce was used before is not asked).',
  refused: 'This request is refused.',
  open: 'This request needs no signature.',
}

function wrapped(text: string, width: number): string[] {
  // Captured text may hold anything; a terminal gets printable characters only.
  const clean = text.replace(/[^ -~]/g, '?')
  const lines: string[] = []
  for (let at = 0; at < clean.length; at += width) lines.push(clean.slice(at, at + width))
  return lines.length === 0 ? [''] : lines
}

function sideBySide(rows: readonly BaseRow[], width: number): string[] {
  const column = Math.max(24, Math.floor((width - 5) / 2))
  const line = (left: string, mark: string, right: string): string =>
    `${left.padEnd(column)}  ${mark}  ${right}`.trimEnd()
  const lines = [line('what its Signature-Input covers', ' ', 'what the service builds for this route')]
  for (const { left, right, same } of rows) {
    const lefts = wrapped(left ?? '(not covered)', column)
    const rights = wrapped(right ?? '(not asked for)', column)
    for (let i = 0; i < Math.max(lefts.length, rights.length); i++)
      lines.push(line(lefts[i] ?? '', same ? '|' : '#', rights[i] ?? ''))
  }
  return [...lines, '(# marks lines that differ; credentials are cut)']
}

/** `remark` says how the moment was chosen. */
export function explanationLines(
  explanation: Explanation,
  { width, remark }: { readonly width: number; readonly remark: string },
): string[] {
  const { verdict, at_ms: atMs, route, checks, bases, hints } = explanation
  const lines = [verdicts[verdict], `Judged for ${new Date(atMs).toISOString()} (${remark}).`]
  if (route !== null) lines.push(`Route: ${route}`)
  lines.push(
    '',
    ...checks.map(({ code, words }) => (code === null ? `  ok    ${words}` : `  FAIL  ${words}: ${code}`)),
  )
  if (bases !== null) lines.push('', ...sideBySide(bases, width))
  if (hints.length > 0) lines.push('', 'What this points to:', ...hints.map((hint) => `  - ${hint}`))
  return lines
}
