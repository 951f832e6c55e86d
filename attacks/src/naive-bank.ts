/**
 * The failing example: a bank as demonstrations are often written. Whoever has the password is the customer, a token belongs to whoever
 * shows it, and every check is there, only not where it would hold. Each mistake has an attack that lives on it (naive.ts).
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Body = Readonly<Record<string, unknown>>
type Account = { readonly owner: string; balance: number }
type Approval = { readonly text: string; approved: boolean }

export type NaiveBank = {
  /** Answers with the status and the JSON of the body. */
  readonly call: (method: string, path: string, body?: Body, token?: string) => Promise<NaiveAnswer>
  readonly balance: (account: number) => number
  /** Everything it has logged. */
  readonly log: () => string
  readonly close: () => void
}
export type NaiveAnswer = { readonly status: number; readonly body: Body }

/** Customers and their passwords; the accounts are 1 and 2. */
export const people = { maria: 'sunshine', jonas: 'qwertz' } as const
const dayLimit = 1000
const held = 5000

class Books {
  readonly accounts: Account[] = [
    { owner: 'maria', balance: 3000 },
    { owner: 'jonas', balance: 3000 },
  ]
  readonly tokens = new Map<string, string>()
  readonly devices = new Map<string, string>()
  readonly approvals: Approval[] = []
  readonly holds: Array<{ readonly transfer: Body; words: number }> = []
  paidToday = 0

  move({ from, to, amount }: Body): void {
    const [source, target] = [this.accounts[Number(from) - 1], this.accounts[Number(to) - 1]]
    if (source !== undefined) source.balance -= Number(amount)
    if (target !== undefined) target.balance += Number(amount)
  }
}

type Act = (books: Books, body: Body, id: number, user: string) => Promise<Body | null> | Body | null

const acts: ReadonlyArray<readonly [method: string, path: RegExp, act: Act]> = [
  [
    'POST',
    /^\/login$/,
    (books, { user, password }) => {
      if (people[user as keyof typeof people] !== password) return null
      const token = `session-${books.tokens.size + 1}`
      books.tokens.set(token, String(user))
      return { token }
    },
  ],
  // Whoever knows the password has the new phone; the old one hears nothing.
  [
    'POST',
    /^\/devices$/,
    (books, { user, password, device }) => {
      if (people[user as keyof typeof people] !== password) return null
      books.devices.set(String(user), String(device))
      return { device }
    },
  ],
  ['GET', /^\/devices$/, (books, _, __, user) => ({ device: books.devices.get(user) })],
  // Ids count up, and nobody asks whose they are.
  ['GET', /^\/accounts\/(\d+)$/, (books, _, id) => books.accounts[id - 1] ?? null],
  [
    'POST',
    /^\/approvals$/,
    (books, { text }) => {
      books.approvals.push({ text: String(text), approved: false })
      return { approval: books.approvals.length, text }
    },
  ],
  [
    'POST',
    /^\/approvals\/(\d+)$/,
    (books, _, id) => {
      const approval = books.approvals[id - 1]
      if (approval === undefined) return null
      approval.approved = true
      return { ...approval }
    },
  ],
  [
    'POST',
    /^\/transfers$/,
    async (books, body) => {
      // Something was approved. By whom, for what and whether it was used is not written down.
      if (books.approvals[Number(body['approval']) - 1]?.approved !== true) return null
      const amount = Number(body['amount'])
      if (amount > held) return { hold: books.holds.push({ transfer: body, words: 0 }) }
      if (books.paidToday + amount > dayLimit) return null
      // The books answer after a while; until then nothing is counted.
      await new Promise((resolve) => setTimeout(resolve, 20))
      books.paidToday += amount
      books.move(body)
      return { paid: amount }
    },
  ],
  [
    'POST',
    /^\/holds\/(\d+)\/release$/,
    (books, _, id) => {
      const hold = books.holds[id - 1]
      if (hold === undefined) return null
      hold.words += 1
      if (hold.words === 2) books.move(hold.transfer)
      return { words: hold.words }
    },
  ],
]

async function bodyOf(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  // The second of two members of one name, as JSON.parse has it.
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Body)
}

async function answer(books: Books, log: string[], request: IncomingMessage): Promise<NaiveAnswer> {
  const { method = '', url = '', headers } = request
  const body = await bodyOf(request)
  log.push(JSON.stringify({ method, url, authorization: headers.authorization, body }))
  const user = books.tokens.get(headers.authorization ?? '') ?? ''
  for (const [wanted, path, act] of acts) {
    const found = method === wanted ? path.exec(url) : null
    if (found === null) continue
    const said = await act(books, body, Number(found[1]), user)
    return said === null ? { status: 403, body: {} } : { status: 200, body: said }
  }
  return { status: 404, body: {} }
}

export async function openNaiveBank(): Promise<NaiveBank> {
  const books = new Books()
  const log: string[] = []
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    void answer(books, log, request).then(({ status, body }) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    async call(method, path, body, token) {
      const headers = token === undefined ? {} : { authorization: token }
      const content = body === undefined ? {} : { body: JSON.stringify(body) }
      const said = await fetch(origin + path, { method, headers, ...content })
      return { status: said.status, body: (await said.json()) as Body }
    },
    balance: (account) => books.accounts[account - 1]?.balance ?? 0,
    log: () => log.join('\n'),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
