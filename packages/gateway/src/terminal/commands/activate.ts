import * as v from 'valibot'
import { connect, connectionHelp, connectionOptions } from '../admin-client.ts'
import { type Command, moment, print, readOptions } from '../command.ts'

const answerForm = v.object({ code: v.string(), code_id: v.string(), expires: v.number() })

/** Letter by letter, for the telephone: a pause after each group. */
function readAloud(code: string): string {
  return code
    .split('-')
    .map((group) => group.split('').join(' '))
    .join(', ')
}

export const activate: Command = {
  help: `holdfast activate --user USER --send-to NUMBER [options]

Makes a code with which USER binds one device. The one-time text goes to NUMBER. The code is shown once.

  --user USER          the user's id, as the backend will see it
  --send-to NUMBER     the address on file for the one-time text
${connectionHelp}

Example:
  holdfast activate --user alice --send-to +41791234567`,
  async run(args: readonly string[]): Promise<number> {
    const options = readOptions(args, { ...connectionOptions, user: 'text', 'send-to': 'text' })
    const body = { user: options.required('user'), send_to: options.required('send-to') }
    const answer = await (await connect(options)).call('POST', '/admin/activations', {
      body,
      words: {
        bad_request: '--user and --send-to are 1 to 128 printable characters, without blanks at their ends',
      },
    })
    const { code, expires } = v.parse(answerForm, answer)
    if (options.flag('json')) {
      print(JSON.stringify(answer))
      return 0
    }
    print(`activation code  ${code}`)
    print(`to read aloud    ${readAloud(code)}`)
    print(`valid until      ${moment(expires)}, for one device`)
    return 0
  },
}
