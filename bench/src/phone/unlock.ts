/** An unlock and what it is made of, told apart at the platform's own ports: nothing inside the client is touched. Runs in a page too. */

import type { Client, Factor } from '@holdfast/client'
import { together } from './order.ts'
import type { Acts } from './order.ts'
import type { TimedPlatform } from './timed-platform.ts'
import { createTimes, cut, repeat } from './times.ts'
import type { Times } from './times.ts'

/** What the time between two calls of a port, or in one, goes to; in order, so that they add up to the whole. */
const way = [
  'opaque', // first message made and signed
  'first message',
  'opaque', // answer read, OPRF
  'stretching',
  'opaque', // envelope opened, last message made, proved and signed
  'last message',
  'vault', // wrap opened, vault opened, wrapped anew and written
  'token',
  'vault', // session made
] as const

const rows = ['passcode', 'opaque', 'stretching', 'first message', 'last message', 'token', 'vault'] as const

export function unlockActs(client: Client, timer: TimedPlatform, passcode: string): Acts {
  async function unlock(factor: Factor): Promise<{ marks: number[]; ms: number }> {
    await client.lock()
    timer.marks()
    const begun = performance.now()
    await client.unlock(factor)
    const done = performance.now()
    return { marks: [begun, ...timer.marks(), done], ms: done - begun }
  }
  async function byPasscode(times: Readonly<Record<(typeof rows)[number], Times>>): Promise<void> {
    const { marks, ms } = await unlock({ passcode })
    if (marks.length !== way.length + 1) throw new Error('this unlock went another way')
    times.passcode.add(ms)
    for (const [piece, took] of cut(way, marks)) times[piece].add(took)
  }
  return {
    ...together(rows, (times, { durationMs }) => repeat(durationMs, () => byPasscode(times))),
    async presence({ durationMs }) {
      const times = createTimes()
      await repeat(durationMs, async () => times.add((await unlock({ presence: true })).ms))
      return times.sample()
    },
  }
}
