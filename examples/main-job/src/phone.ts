/** A phone on the command line, on the client's Node platform: enrol once, then read and write. */
import { parseArgs } from 'node:util'
import { createInterface } from 'node:readline/promises'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Client, createClient } from '@holdfast/client'
import { nodePlatform } from '@holdfast/client/node'

const usage = `usage: phone enrol --origin URL --pin THUMBPRINT --code CODE [--name NAME] [--folder FOLDER]
       phone get TARGET [--folder FOLDER]
       phone post TARGET BODY [--folder FOLDER]`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    origin: { type: 'string' },
    pin: { type: 'string', multiple: true },
    code: { type: 'string' },
    name: { type: 'string', default: 'Command line' },
    folder: { type: 'string', default: path.resolve('data/phone') },
  },
})

type Service = { origin: string; trust: string[] }
const serviceFile = path.join(values.folder, 'service.json')

function clientOf({ origin, trust }: Service): Client {
  return createClient({ origin, trust, platform: nodePlatform({ directory: values.folder }) })
}

async function enrol(): Promise<void> {
  const { origin, pin, code, name } = values
  if (origin === undefined || pin === undefined || code === undefined) throw new TypeError(usage)
  await mkdir(values.folder, { recursive: true, mode: 0o700 })
  await writeFile(serviceFile, JSON.stringify({ origin, trust: pin }), { mode: 0o600 })
  const pending = await clientOf({ origin, trust: pin }).enrol({ activationCode: code, deviceName: name })
  console.log(
    `Check phrase: ${pending.checkPhrase}. The text went to ${pending.sentTo} and must name the same words.`,
  )
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const bound = await pending.confirm((await terminal.question('Code in the text: ')).trim())
  terminal.close()
  console.log(`Bound: device ${bound.device} of ${bound.user}.`)
}

async function call(method: 'GET' | 'POST', target: string, body: string | undefined): Promise<void> {
  const client = clientOf(JSON.parse(await readFile(serviceFile, 'utf8')) as Service)
  const session = await client.unlock()
  const json = { 'content-type': 'application/json' }
  const answer = await session.fetch(
    target,
    body === undefined ? { method } : { method, body, headers: json },
  )
  console.log(`${answer.status} ${await answer.text()}`)
  await session.end()
}

const [command, target, body] = positionals
if (command === 'enrol') await enrol()
else if (command === 'get' && target !== undefined) await call('GET', target, undefined)
else if (command === 'post' && target !== undefined && body !== undefined) await call('POST', target, body)
else throw new TypeError(usage)
