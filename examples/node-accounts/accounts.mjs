/**
 * A small account service: Node's standard library, and `hpke` for the card's PIN. It knows HTTP and its own customers' money.
 *
 * Of Holdfast it knows two things: how to check who the gateway says is asking (identity.mjs), and how to tell a customer what the
 * gateway must not read (reply.mjs). Run it behind the gateway:
 *
 *     node accounts.mjs --port 9000 --secret-file secret
 */
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { identityChecker, Refused } from './identity.mjs'
import { replyType, sealReply } from './reply.mjs'

const maxBody = 1_048_576
const opening = 100_000

/** Accounts in whole cents. One thread, and no step of a transfer waits: the books always balance. */
function createBank() {
  const balances = new Map()
  const transfers = []
  const pins = new Map()
  const balance = (user) => balances.get(user) ?? opening
  return {
    balance,
    pin(user) {
      if (!pins.has(user)) pins.set(user, String(randomInt(10_000)).padStart(4, '0'))
      return pins.get(user)
    },
    transfers: (user) => transfers.filter(({ from, to }) => user === from || user === to),
    transfer(from, { to, cents }, purpose) {
      if (balance(from) < cents) return null
      balances.set(from, balance(from) - cents)
      balances.set(to, balance(to) + cents)
      // `purpose` is left out of JSON where there is none.
      const entry = { id: transfers.length + 1, from, to, cents, purpose }
      transfers.push(entry)
      return entry
    },
  }
}

function send(response, status, type, body) {
  response.writeHead(status, { 'content-type': type, 'content-length': body.length }).end(body)
}

function answer(response, status, value) {
  send(response, status, 'application/json', Buffer.from(JSON.stringify(value)))
}

/** The body, or null when it is larger than a backend wants to hold. */
async function readBody(request) {
  const chunks = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > maxBody) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** What to transfer, or null. */
function parseOrder(body) {
  let order
  try {
    order = JSON.parse(body.toString())
  } catch {
    return null
  }
  if (typeof order !== 'object' || order === null || Object.keys(order).sort().join() !== 'cents,to')
    return null
  const { to, cents } = order
  const named = typeof to === 'string' && to.length >= 1 && to.length <= 64
  return named && Number.isInteger(cents) && cents > 0 && cents <= 10 ** 12 ? order : null
}

/** Server-sent events: the balance, three times. */
function stream(response, bank, user) {
  response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' })
  for (let i = 0; i < 3; i++) response.write(`data: ${JSON.stringify({ cents: bank.balance(user) })}\n\n`)
  response.end()
}

/** The card's PIN, for the customer's app alone: to the key of this request, or not at all. */
async function sendPin(response, { bank, user, replyKey }) {
  const body = await sealReply(replyKey, Buffer.from(bank.pin(user)))
  if (body === null) return answer(response, 400, { error: 'a PIN takes a Holdfast-Reply-Key' })
  return send(response, 200, replyType, body)
}

function get(path, response, { bank, user, replyKey }) {
  if (path === '/accounts') return answer(response, 200, { user, cents: bank.balance(user) })
  if (path === '/transfers') return answer(response, 200, { transfers: bank.transfers(user) })
  if (path === '/events') return stream(response, bank, user)
  if (path === '/card/pin') return sendPin(response, { bank, user, replyKey })
  return answer(response, 404, { error: 'not found' })
}

function post(path, response, { bank, user, body, purpose }) {
  if (path !== '/transfers') return answer(response, 404, { error: 'not found' })
  const order = parseOrder(body)
  if (order === null) return answer(response, 422, { error: 'to: a name, cents: a whole number above 0' })
  const entry = bank.transfer(user, order, purpose)
  if (entry === null) return answer(response, 409, { error: 'not enough money' })
  return answer(response, 201, entry)
}

async function serve(request, response, { bank, check }) {
  const { method, url } = request
  const act = { GET: get, POST: post }[method]
  if (act === undefined) return answer(response, 405, { error: 'not allowed' })
  if (method === 'GET' && url === '/public/rates') return answer(response, 200, { 'EUR/INR': '101.40' })
  const body = await readBody(request)
  if (body === null) {
    response.shouldKeepAlive = false
    return answer(response, 413, { error: 'too large' })
  }
  try {
    const user = check(request, body, Date.now() / 1000)
    // Checked with the identity: what is here was signed by the app, then by the gateway.
    const { 'x-purpose': purpose, 'holdfast-reply-key': replyKey } = request.headers
    return await act(url, response, { bank, user, body, purpose, replyKey })
  } catch (error) {
    if (error instanceof Refused) return answer(response, 403, { error: error.message })
    throw error
  }
}

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9000' },
    'secret-file': { type: 'string' },
    name: { type: 'string', default: 'accounts' },
  },
})
if (values['secret-file'] === undefined) {
  console.error('usage: node accounts.mjs --secret-file FILE [--port PORT] [--name NAME]')
  process.exit(2)
}
const bytes = readFileSync(values['secret-file'])
// The same bytes the gateway takes: the file less one final line break.
const check = identityChecker(values.name, bytes.at(-1) === 10 ? bytes.subarray(0, -1) : bytes, ['x-purpose'])
const tools = { bank: createBank(), check }
const server = createServer((request, response) => {
  serve(request, response, tools).catch(() => response.destroy())
})
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(JSON.stringify({ ready: true, port: server.address().port }))
})
