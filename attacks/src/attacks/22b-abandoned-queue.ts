/** Requests stand in line behind an answer nobody reads, and the connection breaks. They must not count for ever. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { comesTo, inFlight } from '../in-flight.ts'
import { plain } from '../phone.ts'
import { open, serialise } from '../raw.ts'
import type { Target } from '../target.ts'

const queued = 4

export const attack: Attack = {
  id: '22b-abandoned-queue',
  title: 'Leave while requests wait in line on the connection',
  power: 'none: anybody on the Internet',
  gain: 'the gateway’s count of requests under way, a few with each connection, until it takes no more',
  requirement: 'T7',
  section: '3.9',
  expect: 'harmless',
  weaken: { file: 'gateway/line/connections.js', text: 'closeQueued(response);', instead: ';' },
  setting: {},
  async run(target: Target): Promise<Outcome> {
    const socket = open(target.address())
    const one = serialise(plain(target, `${target.openPath}/large/`))
    socket.write(Buffer.concat(Array.from({ length: queued }, () => one)))
    if (!(await comesTo(target, queued))) throw new Error('the requests did not arrive')
    socket.destroy()
    const left = !(await comesTo(target, 0))
    return harmless(left && `${await inFlight(target)} requests nobody waits for still count`)
  },
}
