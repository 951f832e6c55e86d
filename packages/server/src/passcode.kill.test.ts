/**
 * kill -9 of a node at every statement of a passcode login, on PostgreSQL: no guess is ever had for nothing, and no phone is stranded.
 * It takes long for its processes: one for each statement.
 */
import type { LoginChallenge } from '@holdfast/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  begin,
  complete,
  deliver,
  finishBody,
  type Guess,
  guess,
  type House,
  outcome,
  type Phone,
  phoneWithPasscode,
  post,
  prove,
  signed,
  type Told,
  wrongPasscode,
} from '../test/passcode.ts'
import { type Grounds, openGrounds, postgresReachable, startNode } from '../test/passcode-node.ts'

const reachable = await postgresReachable()
const passcode = '739164'
/** Processes at once. */
const lanes = 3
const longMs = 300_000

let grounds: Grounds
let house: House
let users = 0

type Victim = { readonly phone: Phone; readonly record: string }
const newVictim = (): Promise<Victim> =>
  patiently(() => phoneWithPasscode(grounds.house, passcode, { user: `user-${++users}` }))

/** A database that is busy with other suites answers late, and nothing was changed. */
async function patiently<Done>(act: () => Promise<Done>): Promise<Done> {
  for (;;) {
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('store_unavailable'))) throw error
    }
  }
}
/** As a phone does: the same again, until something was said about it. */
async function ask(phone: Phone, target: string, body: unknown): Promise<Told> {
  for (;;) {
    const told = await post(house, phone, target, body)
    if (told.error !== 'store_unavailable') return told
  }
}

/** What is told, or null when the node died before. */
const orDead = (asked: Promise<Told>): Promise<Told | null> =>
  asked.catch((error: unknown) => {
    if (error instanceof Error && error.message === 'the node is gone') return null
    throw error
  })

/** Runs rounds 1, 2, … in some processes at once, until one heard its answer; how many nodes were killed. */
async function killAtEvery(round: (node: House) => Promise<Told | null>): Promise<number> {
  let next = 1
  let kills = 0
  let over = false
  async function lane(): Promise<void> {
    while (!over) {
      const child = await startNode(grounds)
      child.killAfter(next++)
      const heard = await round({ ...grounds.house, server: child })
        .catch((error: unknown) => {
          over = true
          throw error
        })
        .finally(() => child.kill())
      if (heard === null) kills++
      else if (heard.status === 200) over = true
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return kills
}

/** Of all these guesses, each sent again until a node has said something about it: how many were answered. */
async function answered(phone: Phone, guesses: readonly Guess[]): Promise<string[]> {
  const told = await Promise.all(guesses.map(({ body }) => ask(phone, 'passcode/logins', body)))
  return told.map(outcome).toSorted()
}
const many = 8
const wrongGuesses = (record: string): Guess[] =>
  Array.from({ length: many }, () => guess(record, wrongPasscode))
const fiveOfMany = [...Array<string>(5).fill('200'), ...Array<string>(many - 5).fill('passcode_locked')]

describe.skipIf(!reachable)('kill -9 (skipped when HOLDFAST_TEST_POSTGRES is unreachable)', () => {
  beforeAll(async () => {
    grounds = await openGrounds()
    ;({ house } = grounds)
  })
  afterAll(() => grounds.close())

  test(
    'at any statement of the first message: of eight guesses five are answered, that one among them or not',
    async () => {
      const kills = await killAtEvery(async (node) => {
        const { phone, record } = await newVictim()
        const guesses = wrongGuesses(record)
        const first = guesses[0] as Guess
        const heard = await orDead(post(node, phone, 'passcode/logins', first.body))
        expect(await answered(phone, guesses)).toEqual(fiveOfMany)
        return heard
      })
      expect(kills).toBeGreaterThan(10)
    },
    longMs,
  )

  test(
    'in the middle of many at once: those before and those after are five together',
    async () => {
      const moments = [5, 25, 50, 75, 100, 125]
      const answers = moments.map(async (statement) => {
        const { phone, record } = await newVictim()
        const guesses = wrongGuesses(record)
        const child = await startNode(grounds)
        child.killAfter(statement)
        const node = { ...grounds.house, server: child }
        const early = guesses.map(({ body }) => orDead(post(node, phone, 'passcode/logins', body)))
        const heard = (await Promise.all(early)).filter((told) => told !== null && told.status === 200)
        child.kill()
        expect(heard.length).toBeLessThan(6)
        expect(await answered(phone, guesses)).toEqual(fiveOfMany)
      })
      await Promise.all(answers)
    },
    longMs,
  )

  test(
    'at any statement of the last message: the phone that knows its passcode gets in, once for each factor',
    async () => {
      const ways = new Set<string>()
      const kills = await killAtEvery(async (node) => {
        const { phone, record } = await newVictim()
        const login = await patiently(() => begin(house, phone, { record, passcode }))
        const target = `passcode/logins/${login.login}`
        const body = await finishBody(login, phone, 1)
        const sent = await signed(house, phone, target, body)
        const heard = await orDead(deliver(node, sent))
        const again = await deliver(house, sent)
        if (heard?.status === 200) expect(again).toEqual(heard)
        // Its nonce was used up and nothing else: it signs anew.
        const settled = again.status === 200 ? again : await ask(phone, target, body)
        ways.add(outcome(again))
        expect(outcome(settled)).toBe('200')
        expect(outcome(await ask(phone, target, body))).toBe('grant_refused')
        const { release } = await patiently(() => prove(house, phone, { record, passcode }, 1))
        expect(release.number).toBe(1)
        return heard
      })
      expect(kills).toBeGreaterThan(10)
      expect([...ways]).toEqual(expect.arrayContaining(['200', 'replayed']))
    },
    longMs,
  )

  test(
    'a right guess whose node died is no second try, and gets in elsewhere',
    async () => {
      const { phone, record } = await newVictim()
      const made = guess(record, passcode)
      const child = await startNode(grounds)
      await post({ ...grounds.house, server: child }, phone, 'passcode/logins', made.body)
      child.kill()
      const told = await ask(phone, 'passcode/logins', made.body)
      expect(told).toMatchObject({ status: 200, left: 4 })
      expect(complete(phone, passcode, made, told as unknown as LoginChallenge)).not.toBe(null)
    },
    longMs,
  )
})
