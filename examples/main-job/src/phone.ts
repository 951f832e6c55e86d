/** A phone on the command line, on the client's Node platform: enrol once, then read and write. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Client, createClient } from '@holdfast/client'
import { nodePlatform } from '@holdfast/client/node'
import { errors, HoldfastError } from '@holdfast/core'

const self = `node ${path.relative('', process.argv[1] ?? '')}`
const usage = `usage: ${self} enrol CODE --app FILE [--name NAME]
       ${self} confirm DIGITS
       ${self} get TARGET
       ${self} post TARGET JSON
       ${self} secret TARGET

FILE is what an app has built in: {"origin": "https://…", "trust": ["<pin>", "<next pin>"]}
--folder FOLDER is where the phone keeps its key and records (data/phone).`

type App = { origin: string; trust: string[] }

function readOptions(): { values: { app?: string; name: string; folder: string }; positionals: string[] } {
  return parseArgs({
    allowPositionals: true,
    options: {
      app: { type: 'string' },
      name: { type: 'string', default: 'Command line' },
      folder: { type: 'string', default: 'data/phone' },
    },
  })
}

function clientOf({ origin, trust }: App, folder: string): Client {
  return createClient({ origin, trust, platform: nodePlatform({ directory: folder }) })
}

async function enrol(
  activationCode: string,
  options: { app: string; name: string; folder: string },
): Promise<void> {
  const app = await readFile(options.app, 'utf8')
  await mkdir(options.folder, { recursive: true, mode: 0o700 })
  await writeFile(path.join(options.folder, 'app.json'), app, { mode: 0o600 })
  const client = clientOf(JSON.parse(app) as App, options.folder)
  const { checkPhrase, sentTo } = await client.enrol({ activationCode, deviceName: options.name })
  console.log(`check phrase  ${checkPhrase}`)
  console.log(`A text went to ${sentTo}. When it names the same two words: ${self} confirm DIGITS`)
}

async function confirm(client: Client, digits: string): Promise<void> {
  const pending = await client.resumeEnrolment()
  const bound = pending.phase === 'enrolling' ? await pending.confirm(digits) : pending
  console.log(`bound: device ${bound.device} of ${bound.user}`)
}

async function call(client: Client, target: string, body: string | undefined): Promise<void> {
  const session = await client.unlock()
  const write = { method: 'POST', body: body ?? '', headers: { 'content-type': 'application/json' } }
  const answer = await session.fetch(target, body === undefined ? {} : write)
  console.log(`${answer.status} ${await answer.text()}`)
  await session.end()
}

async function showSecret(client: Client, target: string): Promise<void> {
  const session = await client.unlock()
  const secret = await session.fetchSecret(target)
  console.log(Buffer.from(secret).toString())
  secret.fill(0)
  await session.end()
}

async function run(): Promise<void> {
  const { values, positionals } = readOptions()
  const { app, name, folder } = values
  const [command, first, second] = positionals
  if (first === undefined) throw new TypeError('something is missing')
  if (command === 'enrol' && app !== undefined) return enrol(first, { app, name, folder })
  const built = await readFile(path.join(folder, 'app.json'), 'utf8').catch(() => null)
  if (built === null) throw new HoldfastError('not_enrolled')
  const client = clientOf(JSON.parse(built) as App, folder)
  if (command === 'confirm') return confirm(client, first)
  if (command === 'get') return call(client, first, undefined)
  if (command === 'secret') return showSecret(client, first)
  if (command === 'post' && second !== undefined) return call(client, first, second)
  throw new TypeError('something is missing')
}

try {
  await run()
} catch (error) {
  if (error instanceof HoldfastError)
    console.error(`${error.message} (${error.code}): ${errors[error.code].next}`)
  else console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  process.exitCode = error instanceof HoldfastError ? 1 : 2
}
