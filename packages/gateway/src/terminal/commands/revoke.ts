import { connect, connectionHelp, connectionOptions } from '../admin-client.ts'
import { type Command, print, readOptions } from '../command.ts'
import { Complaint } from '../../config/complaint.ts'

export const revoke: Command = {
  help: `holdfast revoke DEVICE [options]

DEVICE is an id from \`holdfast devices\`. Works at once, on every gateway within a second, and cannot be undone.

${connectionHelp}

Example:
  holdfast revoke 3q2-7wAAAAAAAAAAAAAAAA`,
  async run(args: readonly string[]): Promise<number> {
    const options = readOptions(args, connectionOptions, 1)
    const [device] = options.words
    if (device === undefined)
      throw new Complaint('which device? holdfast revoke DEVICE; see holdfast devices', 2)
    const path = `/admin/devices/${encodeURIComponent(device)}/revoke`
    const words = { not_found: `there is no device ${device}; \`holdfast devices\` lists them` }
    const answer = await (await connect(options)).call('POST', path, { words })
    print(
      options.flag('json') ? JSON.stringify(answer) : `device ${device} is removed, its sessions have ended`,
    )
    return 0
  },
}
