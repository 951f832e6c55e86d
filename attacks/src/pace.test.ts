import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { paced } from './pace.ts'
import { plain } from './phone.ts'
import type { RawRequest } from './raw.ts'

const world = { origin: 'http://localhost' }
const challenge = plain(world, '/holdfast/challenge')

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function lab(): { send: (request: RawRequest) => Promise<unknown>; pauses: number[] } {
  const pauses: number[] = []
  const wait = async (ms: number): Promise<void> => {
    pauses.push(ms)
    vi.setSystemTime(Date.now() + ms)
  }
  const answer = { status: 200, fields: new Map(), body: new Uint8Array(0), text: '', code: null }
  return { pauses, send: paced(async () => answer, wait) }
}

describe('pace', () => {
  it('waits for the next minute before it asks for more challenges than a deployment gives', async () => {
    const { send, pauses } = lab()
    for (let i = 0; i < 24; i++) await send(challenge)
    expect(pauses).toEqual([])
    await send(challenge)
    expect(pauses).toEqual([61_000])
  })

  it('finishes an enrolment it has begun, and lets everything else through', async () => {
    const { send, pauses } = lab()
    for (let i = 0; i < 24; i++) await send(challenge)
    await send(plain(world, '/holdfast/enrolments', 'POST'))
    await send(plain(world, '/account'))
    expect(pauses).toEqual([])
  })
})
