import { unlink, writeFile } from 'node:fs/promises'
import type { OperatorCredentials } from '@holdfast/server'
import * as v from 'valibot'
import { type AdminClient, connect, connectionHelp, connectionOptions } from '../admin-client.ts'
import { type Command, moment, type Options, print, printTable, readOptions } from '../command.ts'
import { Complaint } from '../../config/complaint.ts'
import { loadConfig } from '../../config/config.ts'
import { credentialsForm, formatCredentials } from '../../operators/credentials.ts'
import { withService } from '../offline.ts'

const listForm = v.object({ operators: v.array(v.object({ name: v.string(), created: v.number() })) })

async function list(client: AdminClient, options: Options): Promise<void> {
  const answer = await client.call('GET', '/admin/operators')
  if (options.flag('json')) return print(JSON.stringify(answer))
  const { operators: known } = v.parse(listForm, answer)
  printTable([['NAME', 'SINCE'], ...known.map(({ name, created }) => [name, moment(created)])])
}

const nameWords = 'a name is 1 to 64 of A-Za-z0-9._- and begins with a letter or a digit; "system" is taken'

async function make(name: string, options: Options): Promise<OperatorCredentials> {
  if (options.flag('offline')) {
    const config = loadConfig(options.text('config') ?? 'holdfast.yaml')
    return withService(config, ({ server }) => server.operators.add(name))
  }
  const second = `noted: another operator has to add ${name} as well, within a day`
  const question = { body: { name }, words: { bad_request: nameWords, second_operator_required: second } }
  const answer = await (await connect(options)).call('POST', '/admin/operators', question)
  return v.parse(credentialsForm, answer)
}

async function add(name: string, options: Options): Promise<void> {
  const file = options.required('out')
  // The file first: a secret that cannot be written is lost, for it is shown once.
  await writeFile(file, '', { mode: 0o600, flag: 'wx' }).catch(() => {
    throw new Complaint(`${file} cannot be made: name a new file with --out FILE`, 2)
  })
  const credentials = await make(name, options).catch(async (error: unknown) => {
    await unlink(file)
    throw error
  })
  await writeFile(file, formatCredentials(credentials), { mode: 0o600 })
  print(
    options.flag('json') ? JSON.stringify({ name, file }) : `operator ${name}: credentials are in ${file}`,
  )
}

async function remove(client: AdminClient, name: string, options: Options): Promise<void> {
  const words = {
    not_found: `there is no operator ${name}`,
    bad_request: `${name} is one of the last operators and stays`,
  }
  const answer = await client.call('DELETE', `/admin/operators/${encodeURIComponent(name)}`, { words })
  print(options.flag('json') ? JSON.stringify(answer) : `operator ${name} is removed`)
}

export const operators: Command = {
  help: `holdfast operators [add NAME --out FILE | remove NAME] [options]

Without a word: lists them. Each operator has a secret of their own, and every change names them in the audit. Where holds
need the word of two operators, so does adding one: the other says the same, and gets the file.

  --out FILE           where the new operator's credentials go (mode 0600)
  --offline            add: without a gateway and without credentials, for when nobody can get in any more. Runs where the
                       key file and the store are; with the embedded database, stop the gateway first. The audit says
                       that "system" did it
${connectionHelp}

Examples:
  holdfast operators
  holdfast operators add bob --out bob.json
  holdfast operators remove bob`,
  async run(args: readonly string[]): Promise<number> {
    const options = readOptions(args, { ...connectionOptions, out: 'text', offline: 'flag' }, 2)
    const [act, name] = options.words
    if (act !== undefined && ((act !== 'add' && act !== 'remove') || name === undefined))
      throw new Complaint('expected: holdfast operators, … add NAME, or … remove NAME', 2)
    if (options.flag('offline') && act !== 'add')
      throw new Complaint('--offline belongs to: holdfast operators add NAME', 2)
    if (name === undefined) await list(await connect(options), options)
    else if (act === 'add') await add(name, options)
    else await remove(await connect(options), name, options)
    return 0
  },
}
