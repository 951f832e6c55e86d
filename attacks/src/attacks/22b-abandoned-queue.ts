/** Requests stand in line on one connection, which then breaks. Those that were never answered must not count for ever. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { plain } from '../phone.ts'
import { open, serialise } from '../raw.ts'
import type { Target } from '../target.ts'

const queued = 4
const patienceMs = 3000

async function inFlight(target: Target): Promise<number> {
  const words = await target.publicWords()
  return Number(/^holdfast_requests_in_flight (\d+)$/m.exec(words)?.[1])
}

/** Asks until the answer is there, or gives the last one. */
async function settles(target: Target, count: number): Promise<boolean> {
  for (const until = Date.now() + patienceMs; Date.now() < until; ) {
    if ((await inFlight(target)) === count) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}

export const attack: Attack = {
  id: '22b-abandoned-queue',
  title: 'Leave while requests wait in line on the connection',
  power: 'none: anybody on the Internet',
  gain: 'the gateway’s count of requests under way, a few with each connection, until it takes no more',
  requirement: 'T7',
  section: '3.9',
  expect: 'harmless',
  weaken: { file: 'gateway/connections.js', text: 'closeQueued(response);', instead: ';' },
  setting: {},
  async run(target: Target): Promise<Outcome> {
    const socket = open(target.address())
    const one = serialise(plain(target, `${target.openPath}/slow/`))
    socket.write(Buffer.concat(Array.from({ length: queued }, () => one)))
    if (!(await settles(target, queued))) throw new Error('the requests did not arrive')
    socket.destroy()
    const left = !(await settles(target, 0))
    return harmless(left && `${await inFlight(target)} requests nobody waits for still count`)
  },
}
