/**
 * One node of a service as a process of its own: requests come in as lines of JSON, answers go out likewise. Once armed it ends itself
 * by SIGKILL when PostgreSQL has answered the nth statement, before anybody here hears it.
 */
import { createInterface } from 'node:readline'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { createServer, defaultPolicy, openKeyFile, parseHead } from '@holdfast/server'
import { postgresShortLived, postgresStore } from '@holdfast/server/sql'
import { Client } from 'pg'

const { url, keys, origin } = JSON.parse(process.argv[2] ?? '')
let left = Infinity

const query = Reflect.get(Client.prototype, 'query')
Client.prototype.query = function (...given) {
  const asked = query.apply(this, given)
  const text = typeof given[0] === 'string' ? given[0] : given[0].text
  // The heartbeat of the feed comes when it comes.
  if (!/^listen|pg_notify|synchronous_commit/.test(text) && asked instanceof Promise)
    return asked.then((result) => {
      left -= 1
      if (left === 0) process.kill(process.pid, 'SIGKILL')
      return result
    })
  return asked
}

const clock = { now: Date.now, monotonic: () => performance.now() }
const store = await postgresStore({ url, connections: 2 })
const server = await createServer({
  origin,
  store,
  shortLived: await postgresShortLived({ url, connections: 2 }),
  keys: await openKeyFile(keys, { clock, crypto: nodeCrypto }),
  policy: { ...defaultPolicy, session: { ...defaultPolicy.session, unlocksPerMinute: 10_000 } },
  routes: [],
  outbox: { send: async () => {} },
  clock,
})

const say = (said) => process.stdout.write(`${JSON.stringify(said)}\n`)

async function answer({ id, method, target, fields, body }) {
  const head = parseHead(method, target, fields, '192.0.2.1')
  const answered = await server.answer(head, Buffer.from(body, 'base64'))
  say({ id, ...answered, body: Buffer.from(answered.body).toString('base64') })
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const said = JSON.parse(line)
  if (said.killAt !== undefined) left = said.killAt
  else void answer(said)
})
process.stdin.on('end', () => process.exit())
say({ ready: true })
