import * as v from 'valibot'
import { connect, connectionHelp, connectionOptions } from '../admin-client.ts'
import { type Command, moment, print, printTable, readOptions, wholeNumber } from '../command.ts'

const answerForm = v.object({
  entries: v.array(
    v.object({
      id: v.number(),
      atMs: v.number(),
      action: v.string(),
      actor: v.string(),
      user: v.nullable(v.string()),
      device: v.nullable(v.string()),
      detail: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
    }),
  ),
  next: v.nullable(v.number()),
})

export const audit: Command = {
  help: `holdfast audit [--after ID] [--limit N] [options]

Oldest first.

  --after ID           what came after this entry
  --limit N            so many at most (100)
${connectionHelp}

Example:
  holdfast audit --after 120 --json`,
  async run(args: readonly string[]): Promise<number> {
    const options = readOptions(args, { ...connectionOptions, after: 'text', limit: 'text' })
    const query = new URLSearchParams({
      limit: String(wholeNumber('limit', options.text('limit'), 100)),
      after: String(wholeNumber('after', options.text('after'), 0)),
    })
    const answer = await (await connect(options)).call('GET', `/admin/audit?${query.toString()}`, {
      words: { bad_request: '--limit is 1 to 1000' },
    })
    if (options.flag('json')) {
      print(JSON.stringify(answer))
      return 0
    }
    const { entries, next } = v.parse(answerForm, answer)
    printTable([
      ['ID', 'TIME', 'ACTION', 'BY', 'USER', 'DEVICE', 'DETAIL'],
      ...entries.map(({ id, atMs, action, actor, user, device, detail }) => [
        String(id),
        moment(Math.floor(atMs / 1000)),
        action,
        actor,
        user ?? '',
        device ?? '',
        Object.entries(detail)
          .map(([name, value]) => `${name}=${value}`)
          .join(' '),
      ]),
    ])
    if (next !== null) print(`more: holdfast audit --after ${next}`)
    return 0
  },
}
