import { writeFile } from 'node:fs/promises'
import * as v from 'valibot'
import { type AdminClient, connect, connectionHelp, connectionOptions } from '../admin-client.ts'
import { type Command, moment, type Options, print, printTable, readOptions } from '../command.ts'
import { Complaint } from '../complaint.ts'

const listForm = v.object({ operators: v.array(v.object({ name: v.string(), created: v.number() })) })

async function list(client: AdminClient, options: Options): Promise<void> {
  const answer = await client.call('GET', '/admin/operators')
  if (options.flag('json')) return print(JSON.stringify(answer))
  const { operators: known } = v.parse(listForm, answer)
  printTable([['NAME', 'SINCE'], ...known.map(({ name, created }) => [name, moment(created)])])
}

async function add(client: AdminClient, name: string, options: Options): Promise<void> {
  const file = options.required('out')
  // Made first: a secret that cannot be written is lost, for it is shown once.
  await writeFile(file, '', { mode: 0o600, flag: 'wx' }).catch(() => {
    throw new Complaint(`${file} cannot be made: name a new file with --out FILE`, 2)
  })
  const credentials = await client.call('POST', '/admin/operators', { name })
  await writeFile(file, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 })
  print(
    options.flag('json') ? JSON.stringify({ name, file }) : `operator ${name}: credentials are in ${file}`,
  )
}

async function remove(client: AdminClient, name: string, options: Options): Promise<void> {
  const answer = await client.call('DELETE', `/admin/operators/${encodeURIComponent(name)}`)
  print(options.flag('json') ? JSON.stringify(answer) : `operator ${name} is removed`)
}

export const operators: Command = {
  help: `holdfast operators [add NAME --out FILE | remove NAME] [options]

Without a word: lists them. Each operator has a secret of their own, and every change names them in the audit.

  --out FILE           where the new operator's credentials go (mode 0600)
${connectionHelp}

Examples:
  holdfast operators
  holdfast operators add bob --out bob.json
  holdfast operators remove bob`,
  async run(args: readonly string[]): Promise<number> {
    const options = readOptions(args, { ...connectionOptions, out: 'text' }, 2)
    const [act, name] = options.words
    if (act !== undefined && ((act !== 'add' && act !== 'remove') || name === undefined))
      throw new Complaint('expected: holdfast operators, … add NAME, or … remove NAME', 2)
    const client = await connect(options)
    if (name === undefined) await list(client, options)
    else if (act === 'add') await add(client, name, options)
    else await remove(client, name, options)
    return 0
  },
}
