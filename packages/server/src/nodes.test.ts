/** The features on two nodes that share one PostgreSQL: what races inside one process cannot show. */
import { randomUUID } from 'node:crypto'
import { deviceGrant, refreshGrant } from '@holdfast/core'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  beginEnrolment,
  beginRequest,
  bindPhone,
  confirmRequest,
  createKey,
  createStage,
  digitsOf,
  fifty,
  issue,
  payloadOf,
  refusal,
  send,
  type Stage,
  tally,
} from '../test/stage.ts'
import type { DurableStore, ShortLivedStore } from './store.ts'
import { postgresShortLived, postgresStore } from './stores/sql/index.ts'

const server = process.env['HOLDFAST_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'
const database = `holdfast_test_${randomUUID().replaceAll('-', '')}`
const url = Object.assign(new URL(server), { pathname: `/${database}` }).href
const admin = new Client({ connectionString: server, connectionTimeoutMillis: 2000 })
const reachable = await admin.connect().then(
  () => true,
  () => false,
)

describe.skipIf(!reachable)(
  'two nodes on PostgreSQL (skipped when HOLDFAST_TEST_POSTGRES is unreachable)',
  () => {
    let stores: DurableStore[] = []
    let memories: ShortLivedStore[] = []
    let nodes: [Stage, Stage]
    let one: Stage
    let user: string

    beforeAll(async () => {
      await admin.query(`create database ${database}`)
      stores = await Promise.all([1, 2].map(() => postgresStore({ url, connections: 4 })))
      memories = await Promise.all([1, 2].map(() => postgresShortLived({ url, connections: 4 })))
      const [store, otherStore] = stores as [DurableStore, DurableStore]
      const [shortLived, otherShortLived] = memories as [ShortLivedStore, ShortLivedStore]
      one = await createStage({ activation: { lifeSeconds: 600, tries: 50 } }, { store, shortLived })
      const other = await createStage(
        {},
        { ...one.deployment, store: otherStore, shortLived: otherShortLived },
      )
      nodes = [one, other]
    })
    afterAll(async () => {
      await Promise.all([...stores, ...memories].map((store) => store.close()))
      await admin.query(`drop database ${database} with (force)`)
      await admin.end()
    })
    beforeEach(() => {
      user = randomUUID()
    })

    const nodeOf = (index: number): Stage => nodes[(index % 2) as 0 | 1]
    const texts = () => [...nodes[0].sent, ...nodes[1].sent]

    test('one code: of fifty phones one begins, and one text leaves', async () => {
      const code = await issue(one, user)
      const racers = await Promise.all(fifty(() => beginRequest(one, { code })))
      const before = texts().length
      const runs = racers.map(({ head, json }, index) => nodeOf(index).enrolment.begin(head, json))
      expect(await tally(runs)).toEqual({ none: 1, activation_refused: 49 })
      expect(texts()).toHaveLength(before + 1)
    })

    test('one enrolment: of fifty confirmations one binds', async () => {
      const { key, id, digits } = await beginEnrolment(one, user)
      const racers = await Promise.all(fifty(() => confirmRequest(one, key, id, digits)))
      const runs = racers.map(({ head, json }, index) => nodeOf(index).enrolment.confirm(head, id, json))
      const { none, enrolment_refused: gone = 0, rate_limited: limited = 0 } = await tally(runs)
      expect(none).toBe(1)
      expect(gone + limited).toBe(49)
      expect(await one.deployment.store.listDevices({ user, limit: 10 })).toHaveLength(1)
    })

    test('guesses on both nodes get five tries together', async () => {
      const { key, id, digits } = await beginEnrolment(one, user)
      const wrong = digits === '000000' ? '000001' : '000000'
      const guesses = await Promise.all(fifty(() => confirmRequest(one, key, id, wrong)))
      const runs = guesses.map(({ head, json }, index) => nodeOf(index).enrolment.confirm(head, id, json))
      expect(await tally(runs)).toEqual({ one_time_text_refused: 5, rate_limited: 45 })
    })

    test('an answer given here is repeated there', async () => {
      const request = await beginRequest(one, { code: await issue(one, user) })
      const begun = await nodes[0].enrolment.begin(request.head, request.json)
      expect(await nodes[1].enrolment.begin(request.head, request.json)).toEqual(begun)
      const digits = digitsOf(nodes[0].sent.at(-1))
      const id = payloadOf(begun.enrolment).enrolment
      const { head, json } = await confirmRequest(one, request.key, id, digits)
      const bound = await nodes[0].enrolment.confirm(head, id, json)
      expect(await nodes[1].enrolment.confirm(head, id, json)).toEqual(bound)
    })

    test('one refresh token: fifty get one successor; an old one ends the session on both', async () => {
      const { key } = await bindPhone(one, user)
      const token = async (index: number, json: unknown) => {
        const call = await send(one, key, { method: 'POST', target: '/holdfast/token', json })
        return nodeOf(index).sessions.token(call.head, call.json)
      }
      const refresh = (index: number, refreshToken: string) =>
        token(index, { grant_type: refreshGrant, refresh_token: refreshToken })
      const first = await token(0, { grant_type: deviceGrant, session_key: (await createKey()).jwk })
      const answers = await Promise.all(fifty((index) => refresh(index, first.refresh_token)))
      const [successor, ...others] = new Set(answers.map((answer) => answer.refresh_token))
      expect(others).toEqual([])
      await refresh(1, successor ?? '')
      expect(await tally(fifty((index) => refresh(index, first.refresh_token)))).toEqual({
        session_ended: 50,
      })
      expect(await refusal(refresh(0, successor ?? ''))).toBe('session_ended')
    })

    test('both publish one statement', async () => {
      const statements = await Promise.all(fifty((index) => nodeOf(index).statement.current()))
      expect(new Set(statements).size).toBe(1)
    })
  },
)
