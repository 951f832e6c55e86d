import * as v from 'valibot'
import { connect, connectionHelp, connectionOptions } from '../admin-client.ts'
import { type Command, print, readOptions } from '../command.ts'
import { Complaint } from '../../config/complaint.ts'

const answerForm = v.object({ settled: v.boolean() })

const said: Readonly<Record<string, string>> = {
  keep: 'shares are given out again as the store has them',
  forget: 'every share is deleted: each phone with a vault has to be activated anew',
}

export const shares: Command = {
  help: `holdfast shares keep|forget [options]

After a database was put back from a backup the service gives out no share (share_unavailable), because some of them may have been
deleted since, to wipe a phone. Look at the audit log of the time in between first (docs/operate.md 9), then decide:

  keep       no phone was wiped since, or those that were are revoked or wiped again
  forget     nobody knows: delete every share

${connectionHelp}

Example:
  holdfast shares keep`,
  async run(args: readonly string[]): Promise<number> {
    const options = readOptions(args, connectionOptions, 1)
    const [decision = ''] = options.words
    const words = Object.hasOwn(said, decision) ? said[decision] : undefined
    if (words === undefined)
      throw new Complaint('holdfast shares keep, or holdfast shares forget; see --help', 2)
    const answer = await (await connect(options)).call('POST', `/admin/shares/${decision}`)
    if (options.flag('json')) print(JSON.stringify(answer))
    else
      print(
        v.parse(answerForm, answer).settled
          ? words
          : 'there is nothing to decide: no restored store was noticed',
      )
    return 0
  },
}
