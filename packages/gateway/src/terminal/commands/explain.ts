import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { toBase64url } from '@holdfast/core'
import { connect, connectionHelp, connectionOptions } from '../admin-client.ts'
import { parseCapture } from '../../explain/capture.ts'
import { type Command, print, readOptions } from '../command.ts'
import { Complaint } from '../../config/complaint.ts'
import type { Explanation } from '../../explain/explain.ts'
import { explanationLines } from '../../explain/text.ts'

async function readCapture(file: string | undefined): Promise<Uint8Array> {
  if (file === undefined || file === '-') return buffer(process.stdin)
  try {
    return await readFile(file)
  } catch {
    throw new Complaint(`${file} cannot be read: name a captured request, or - for standard input`, 2)
  }
}

/** Milliseconds since 1970 from seconds since 1970 or ISO 8601. */
function momentOf(text: string): number {
  const at = /^\d{1,10}$/.test(text) ? Number(text) * 1000 : Date.parse(text)
  if (!Number.isFinite(at) || at < 0)
    throw new Complaint('--at: expected seconds since 1970 or e.g. 2026-03-01T12:00:00Z', 2)
  return at
}

export const explain: Command = {
  help: `holdfast explain [FILE | -] [--at TIME] [options]

FILE is a request as HTTP text: request line, header fields, an empty line, the body. Lines end in LF or CRLF; the
marks of \`curl -v\` may stay. The running gateway judges it with its keys and uses up nothing.

  --at TIME            judge for this moment: seconds since 1970, or ISO 8601. Otherwise for the moment it was signed
${connectionHelp}

Examples:
  holdfast explain refused.http
  holdfast explain --at 2026-03-01T12:00:00Z - < refused.http`,
  async run(args: readonly string[]): Promise<number> {
    const options = readOptions(args, { ...connectionOptions, at: 'text' }, 1)
    const bytes = await readCapture(options.words[0])
    parseCapture(bytes)
    const at = options.text('at')
    const body = { request: toBase64url(bytes), at_ms: at === undefined ? null : momentOf(at) }
    const answer = (await (await connect(options)).call('POST', '/admin/explain', { body })) as Explanation
    if (options.flag('json')) {
      print(JSON.stringify(answer))
    } else {
      const remark = at === undefined ? 'the moment it was signed; --at TIME judges another' : 'as asked'
      const width = process.stdout.columns ?? 160
      for (const line of explanationLines(answer, { width, remark })) print(line)
    }
    return answer.verdict === 'refused' ? 1 : 0
  },
}
