import * as v from 'valibot'
import { connect, connectionHelp, connectionOptions } from '../admin-client.ts'
import { type Command, print, readOptions } from '../command.ts'
import { Complaint } from '../../config/complaint.ts'

const answerForm = v.object({ wiped: v.boolean() })

export const wipe: Command = {
  help: `holdfast wipe DEVICE [options]

DEVICE is an id from \`holdfast devices\`. The shares the service holds for it are deleted and its sessions end: what this phone stored
opens no more, with whatever code it is asked. It stays in the list; \`holdfast revoke\` removes it as well, and wipes it too.
Cannot be undone: the phone has to be activated anew.

${connectionHelp}

Example:
  holdfast wipe 3q2-7wAAAAAAAAAAAAAAAA`,
  async run(args: readonly string[]): Promise<number> {
    const options = readOptions(args, connectionOptions, 1)
    const [device] = options.words
    if (device === undefined)
      throw new Complaint('which device? holdfast wipe DEVICE; see holdfast devices', 2)
    const path = `/admin/devices/${encodeURIComponent(device)}/wipe`
    const words = { not_found: `there is no device ${device}; \`holdfast devices\` lists them` }
    const answer = await (await connect(options)).call('POST', path, { words })
    if (options.flag('json')) print(JSON.stringify(answer))
    else if (v.parse(answerForm, answer).wiped) print(`device ${device} is wiped, its sessions have ended`)
    else print(`device ${device} had no share any more; none will be made`)
    return 0
  },
}
