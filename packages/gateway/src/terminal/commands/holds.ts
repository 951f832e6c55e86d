import * as v from 'valibot'
import { type AdminClient, connect, connectionHelp, connectionOptions } from '../admin-client.ts'
import { type Command, moment, type Options, print, printTable, readOptions } from '../command.ts'
import { Complaint } from '../../config/complaint.ts'

const holdForm = v.object({
  id: v.string(),
  user: v.string(),
  title: v.string(),
  lines: v.array(v.object({ label: v.string(), value: v.string() })),
  reasons: v.array(v.string()),
  state: v.string(),
  createdAt: v.number(),
  needed: v.number(),
  decisions: v.array(v.object({ operator: v.string(), decision: v.string(), note: v.string() })),
})
type Hold = v.InferOutput<typeof holdForm>

const clean = (text: string): string => text.replace(/\p{C}/gu, '?')

/** Everything its user approved, so that an operator on the telephone can ask for it. */
function show({ id, user, title, lines, reasons, state, createdAt, needed, decisions }: Hold): void {
  const at = moment(Math.floor(createdAt / 1000))
  const released = decisions.filter(({ decision }) => decision === 'release').length
  print(`${id}  ${clean(user)}  ${clean(title)}  ${at}  ${state}, ${released} of ${needed} released it`)
  print(`  because of ${reasons.join(', ')}`)
  printTable(lines.map(({ label, value }) => ['', label, value]))
  for (const { operator, decision, note } of decisions) print(`  ${operator} ${decision}: ${clean(note)}`)
}

async function list(client: AdminClient, options: Options): Promise<void> {
  const answer = await client.call('GET', `/admin/holds?state=${options.text('state') ?? 'held'}`)
  if (options.flag('json')) return print(JSON.stringify(answer))
  const { holds: found } = v.parse(v.object({ holds: v.array(holdForm) }), answer)
  if (found.length === 0) print('nothing is held')
  for (const hold of found) show(hold)
}

const words = {
  not_found: 'there is no such hold: holdfast holds lists them',
  second_operator_required: 'you have said your word already: another operator has to decide as well',
  hold_decided: 'this is decided, or it is over',
}

async function decide(act: string, id: string, options: Options): Promise<void> {
  const question = { body: { note: options.required('note') }, words }
  const answer = await (await connect(options)).call('POST', `/admin/holds/${id}/${act}`, question)
  if (options.flag('json')) print(JSON.stringify(answer))
  else show(v.parse(holdForm, answer))
}

export const holds: Command = {
  help: `holdfast holds [release|refuse ID --note TEXT] [options]

Without a word: what users have approved and the rules about transfers kept back. Call the user on the number on file, never on one
the request brings, and have them say the lines themselves. A release counts when as many operators as transfers.releases says have
released it; one refusal ends it.

  --note TEXT          what you did, for the audit of your own house: other operators read it
  --state STATE        held (default), released, refused, spent or expired
${connectionHelp}

Examples:
  holdfast holds
  holdfast holds release 1G5yxKa0Ur9ya-na568DuQ --note 'called on the number on file: a car'
  holdfast holds refuse 1G5yxKa0Ur9ya-na568DuQ --note 'does not know of it' --credentials bob.json`,
  async run(args: readonly string[]): Promise<number> {
    const options = readOptions(args, { ...connectionOptions, note: 'text', state: 'text' }, 2)
    const [act, id] = options.words
    if (act === undefined) await list(await connect(options), options)
    else if ((act === 'release' || act === 'refuse') && id !== undefined) await decide(act, id, options)
    else throw new Complaint('expected: holdfast holds, … release ID, or … refuse ID', 2)
    return 0
  },
}
