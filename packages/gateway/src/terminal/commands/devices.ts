import * as v from 'valibot'
import { connect, connectionHelp, connectionOptions } from '../admin-client.ts'
import { type Command, moment, print, printTable, readOptions, wholeNumber } from '../command.ts'

const answerForm = v.object({
  devices: v.array(
    v.object({
      id: v.string(),
      user: v.string(),
      name: v.string(),
      platform: v.string(),
      created: v.number(),
      revoked: v.nullable(v.number()),
      suspended: v.nullable(v.string()),
    }),
  ),
  next: v.nullable(v.number()),
})

export const devices: Command = {
  help: `holdfast devices [--user USER] [--limit N] [--before MARK] [options]

Newest first, removed ones included. A suspended one waits for a new activation (docs/operate.md 4).

  --user USER          this user's devices only
  --limit N            so many at most (100)
  --before MARK        go on where the last list ended
${connectionHelp}

Example:
  holdfast devices --user alice`,
  async run(args: readonly string[]): Promise<number> {
    const table = { ...connectionOptions, user: 'text', limit: 'text', before: 'text' } as const
    const options = readOptions(args, table)
    const query = new URLSearchParams({ limit: String(wholeNumber('limit', options.text('limit'), 100)) })
    for (const name of ['user', 'before']) {
      const value = options.text(name)
      if (value !== undefined) query.set(name, value)
    }
    const answer = await (await connect(options)).call('GET', `/admin/devices?${query.toString()}`, {
      words: {
        bad_request:
          '--limit is 1 to 1000, --before a mark from an earlier list, --user 1 to 128 printable characters',
      },
    })
    if (options.flag('json')) {
      print(JSON.stringify(answer))
      return 0
    }
    const list = v.parse(answerForm, answer)
    printTable([
      ['DEVICE', 'USER', 'NAME', 'PLATFORM', 'BOUND', 'REMOVED', 'SUSPENDED'],
      ...list.devices.map(({ id, user, name, platform, created, revoked, suspended }) => [
        id,
        user,
        name,
        platform,
        moment(created),
        moment(revoked),
        suspended ?? '',
      ]),
    ])
    if (list.next !== null) print(`more: holdfast devices --before ${list.next}`)
    return 0
  },
}
