/** The operator's part: codes for users, and the removal of devices, over the real admin API. */
import { readFile } from 'node:fs/promises'
import { parseProblem, toBase64url } from '@holdfast/core'
import { type Address, type Answer, exchange, type FieldLine } from './raw.ts'
import { json } from './phone.ts'

/** What operators write down about a hold. */
export const decisionNote = 'called the customer at noon'

export type Operator = { readonly name: string; readonly secret: string }
export type Admin = {
  readonly activate: (user: string, sendTo: string) => Promise<string>
  readonly revoke: (device: string) => Promise<void>
  /** Deletes the service's shares of its vault key. */
  readonly wipe: (device: string) => Promise<void>
  /** A new key at once: `ca`, `sealing`, … */
  readonly rotate: (key: string) => Promise<void>
  /** Everything the service wrote down, as JSON text. */
  readonly audit: () => Promise<string>
  /** Shows the service a captured request, as it stands in a file. */
  readonly explain: (capture: Uint8Array) => Promise<Answer>
  /** Another operator, by the first one. */
  readonly addOperator: (name: string) => Promise<Operator>
  /** What an operator says about a hold; the first one unless another is named. */
  readonly decide: (hold: string, word: 'release' | 'refuse', by?: Operator) => Promise<Answer>
}

/** This listener has no backend behind it: its refusals are marked in the body alone. */
export function adminAnswer(answer: Answer): Answer {
  return { ...answer, code: parseProblem(answer.text)?.code ?? null }
}

/** The first operator's credentials as the gateway writes them at its first start. */
export async function readOperator(file: string): Promise<Operator> {
  return JSON.parse(await readFile(file, 'utf8')) as Operator
}

export function adminOf(address: () => Address, operator: () => Operator): Admin {
  function identity({ name, secret }: Operator = operator()): FieldLine[] {
    const { host, port } = address()
    return [
      ['Host', `${host}:${port}`],
      ['Authorization', `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`],
    ]
  }
  async function call(target: string, value: unknown, by?: Operator): Promise<Answer> {
    const body = Buffer.from(JSON.stringify(value))
    const fields: FieldLine[] = [
      ...identity(by),
      ['Content-Type', 'application/json'],
      ['Content-Length', String(body.length)],
    ]
    return exchange(address(), { method: 'POST', target, fields, body })
  }
  let last: Operator | undefined
  const get = (target: string): Promise<Answer> =>
    exchange(address(), { method: 'GET', target, fields: identity(), body: new Uint8Array(0) })
  const post = async (target: string, body: unknown): Promise<Record<string, unknown>> =>
    json(await call(target, body))
  return {
    activate: async (user, sendTo) =>
      (await post('/admin/activations', { user, send_to: sendTo }))['code'] as string,
    revoke: async (device) => void (await post(`/admin/devices/${device}/revoke`, {})),
    wipe: async (device) => void (await post(`/admin/devices/${device}/wipe`, {})),
    rotate: async (key) => void (await post('/admin/keys/rotate', { key })),
    audit: async () => JSON.stringify(json(await get('/admin/audit?limit=1000'))),
    explain: (capture) => call('/admin/explain', { request: toBase64url(capture), at_ms: null }),
    async addOperator(name) {
      const asked = await call('/admin/operators', { name })
      // Where it takes two, the one who was made before says the same.
      const isNoted = asked.status === 409 && last !== undefined
      last = json(isNoted ? await call('/admin/operators', { name }, last) : asked) as Operator
      return last
    },
    decide: async (hold, word, by) =>
      adminAnswer(await call(`/admin/holds/${hold}/${word}`, { note: decisionNote }, by)),
  }
}

const textsMs = 20_000

/** Reads the readable outbox until a text to this number is there, and returns the latest. */
export async function readText(file: string, sendTo: string): Promise<string> {
  const until = Date.now() + textsMs
  for (;;) {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
    // The last line may still be written.
    const texts = lines.slice(0, -1).map((line) => JSON.parse(line) as { to: string; text: string })
    const latest = texts.findLast(({ to }) => to === sendTo)
    if (latest !== undefined) return latest.text
    if (Date.now() > until) throw new Error(`no text to ${sendTo} in the outbox`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
