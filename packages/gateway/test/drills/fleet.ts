/** Phones that never stop: they read, write, repeat what they wrote at whichever gateway, begin anew, and new ones come. */
import { randomInt } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { type CryptoPort, HoldfastError } from '@holdfast/core'
import { type Client, createClient, type Session } from '@holdfast/client'
import { nodeNetwork } from '@holdfast/client/node'
import { virtualPhone } from '@holdfast/client/testing'
import { expect, vi } from 'vitest'
import { origin, type Stage } from './stage.ts'

/** Where phones are led: to any gateway of the list as it is at that moment. */
export type Service = Pick<Stage, 'clock' | 'digits' | 'admin' | 'runs'> & {
  readonly gateways: ReadonlyArray<{ readonly port: number }>
}

let users = 0
let writes = 0

/** A phone begins a round this often at most: something is under way at any moment, and there is a processor left for what is drilled. */
const roundMs = 200
const newcomerMs = 500

export type Fleet = {
  readonly size: number
  /** What was asked for, and how often it was answered as it should be. */
  readonly done: Readonly<Record<string, number>>
  /** What was not: the act and the code of its refusal. */
  readonly failed: readonly string[]
  /** Idempotency-Keys of the writes that count as done. */
  readonly writes: readonly string[]
  /** Acts a gateway took with it when it was killed: waited for, looked up or begun again, as an app does it (docs/integrate.md). */
  readonly interrupted: ReadonlySet<string>
  stop(): Promise<void>
}

export const wait = { timeout: 20_000, interval: 50 }

/**
 * Everything was done by somebody who began it after this was asked, and nothing failed. `lost`: acts that cannot be done, and what
 * each of them is refused with.
 */
export async function more(
  { size, done, failed }: Fleet,
  lost: Readonly<Record<string, string>> = {},
): Promise<void> {
  const goal = Object.entries(done).filter(([what]) => lost[what] === undefined)
  const allowed = new Set(Object.entries(lost).map(([what, code]) => `${what}: ${code}`))
  await vi.waitFor(() => {
    expect(failed.filter((failure) => !allowed.has(failure))).toEqual([])
    for (const [what, count] of goal) {
      const underWay = what === 'enrolled' ? 1 : size
      expect(done[what], what).toBeGreaterThan(count + underWay)
    }
  }, wait)
}

function codeOf(error: unknown): string {
  if (!(error instanceof HoldfastError)) return String(error)
  const { code = '' } = (error.cause ?? {}) as { code?: string }
  return `${error.code} ${code}`.trim()
}

export type FleetOptions = {
  readonly size: number
  /** After so many rounds they unlock again. */
  readonly rounds?: number
  /** They read and pay sealed, too. */
  readonly sealed?: boolean
  /** What they can do. */
  readonly crypto?: CryptoPort
}

/** `trust`: the pins built into the app, which no rotation of the drill changes. */
export async function startFleet(
  stage: Service,
  trust: readonly string[],
  { size, rounds = 2, sealed = false, crypto }: FleetOptions,
): Promise<Fleet> {
  const done: Record<string, number> = {
    read: 0,
    ...(sealed ? { sealed: 0, paid: 0 } : {}),
    written: 0,
    repeated: 0,
    unlocked: 0,
    enrolled: 0,
  }
  const failed: string[] = []
  const kept: string[] = []
  const interrupted = new Set<string>()
  const stopping = new AbortController()
  const on = (): boolean => !stopping.signal.aborted
  const pace = (ms: number): Promise<void> =>
    setTimeout(ms, undefined, { signal: stopping.signal }).catch(() => undefined)

  function newApp(): () => Client {
    const { platform } = virtualPhone({
      ...(crypto === undefined ? {} : { crypto }),
      network(request) {
        const port = stage.gateways[randomInt(stage.gateways.length)]?.port
        const fields = [...request.fields, ['host', new URL(origin).host] as const]
        return nodeNetwork({
          ...request,
          url: request.url.replace(origin, `http://127.0.0.1:${port}`),
          fields,
        })
      },
    })
    return () =>
      createClient({
        origin,
        trust: [...trust],
        platform: { ...platform, clock: { ...platform.clock, ...stage.clock } },
      })
  }
  async function attempt<Result>(what: string, act: () => Promise<Result>): Promise<Result | null> {
    try {
      const result = await act()
      done[what] = (done[what] ?? 0) + 1
      return result
    } catch (error) {
      failed.push(`${what}: ${codeOf(error)}`)
      // A refusal may come without waiting for anything.
      await pace(roundMs)
      return null
    }
  }

  async function enrol(app: () => Client): Promise<void> {
    const [user, sendTo] = [`user-${++users}`, `+1555${String(users).padStart(7, '0')}`]
    const { code } = await stage.admin('/admin/activations', { user, send_to: sendTo })
    const begin = (): ReturnType<Client['enrol']> =>
      app().enrol({ activationCode: String(code), deviceName: 'Drill phone' })
    const pending = await begin().catch((error: unknown) => {
      if (codeOf(error) !== 'activation_refused') throw error
      // The challenge was used, the code was not.
      interrupted.add(user)
      return begin()
    })
    await pending.confirm(stage.digits(sendTo))
  }
  const textOf = async (answer: Promise<Response>): Promise<string> => (await answer).text()

  type Written = { readonly answer: string; again(): Promise<string> }

  /** A claim whose gateway was killed counts as running for as long as its lease. */
  async function patiently(send: () => Promise<string>, idempotencyKey: string): Promise<string> {
    try {
      return await send()
    } catch (error) {
      if (codeOf(error) !== 'request_in_progress') throw error
      interrupted.add(idempotencyKey)
      await stage.clock.sleep(1000)
      return patiently(send, idempotencyKey)
    }
  }

  /** Null when the answer is lost and the write is known to have been done. */
  async function write(session: Session, init: { readonly sealed?: boolean }): Promise<Written | null> {
    const idempotencyKey = `drill-write-${String(++writes).padStart(8, '0')}`
    const again = (): Promise<string> =>
      textOf(session.fetch('/transfers', { ...init, method: 'POST', body: '{"cents":1}', idempotencyKey }))
    try {
      const answer = await patiently(again, idempotencyKey)
      kept.push(idempotencyKey)
      return { answer, again }
    } catch (error) {
      if (codeOf(error) !== 'outcome_unknown') throw error
      interrupted.add(idempotencyKey)
      if (stage.runs(idempotencyKey) === 0) return write(session, init)
      kept.push(idempotencyKey)
      return null
    }
  }

  async function call(session: Session): Promise<void> {
    await attempt('read', () => textOf(session.fetch('/balance')))
    const written = [await attempt('written', () => write(session, {}))]
    if (sealed) {
      await attempt('sealed', () => textOf(session.fetch('/balance', { sealed })))
      written.push(await attempt('paid', () => write(session, { sealed })))
    }
    for (const first of written) {
      if (first === null) continue
      await attempt('repeated', async () => {
        const again = await first.again()
        if (again !== first.answer || !again.includes('"run":1}'))
          throw new Error(`${first.answer} became ${again}`)
      })
    }
  }

  async function live(): Promise<void> {
    const app = newApp()
    while (on() && (await attempt('enrolled', () => enrol(app))) === null) continue
    while (on()) {
      const session = await attempt('unlocked', () => app().unlock())
      if (session === null) continue
      for (let i = 0; i < rounds && on(); i++) await Promise.all([call(session), pace(roundMs)])
    }
  }
  async function welcome(): Promise<void> {
    while (on()) await Promise.all([attempt('enrolled', () => enrol(newApp())), pace(newcomerMs)])
  }

  const running = [welcome(), ...Array.from({ length: size }, live)]
  return {
    size,
    done,
    failed,
    writes: kept,
    interrupted,
    async stop(): Promise<void> {
      stopping.abort()
      await Promise.all(running)
    },
  }
}
