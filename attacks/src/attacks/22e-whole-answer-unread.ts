/** The same where answers are taken whole before they are signed or sealed: megabytes for each that nobody reads. */
import { once } from 'node:events'
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { comesTo } from '../in-flight.ts'
import { enrol } from '../phone.ts'
import { open, serialise } from '../raw.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '22e-whole-answer-unread',
  title: 'Ask for a signed answer and never read it',
  power: 'is a customer with an own phone',
  gain: 'whole answers in the gateway’s memory for as long as a socket lives',
  requirement: 'T7',
  section: '3.9',
  expect: 'harmless',
  weaken: {
    file: 'gateway/proxy/answer-stream.js',
    text: 'const tooSlow = setTimeout(() => response.destroy(),',
    instead: 'const tooSlow = setTimeout(() => undefined,',
  },
  // Eight MiB are taken within half a second, or the client is cut off.
  setting: { config: { limits: { answerBytesPerSecond: 16_777_216 } } },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const socket = open(target.address())
    socket.write(serialise(await phone.signed({ method: 'GET', target: '/proven/wide/' })))
    await once(socket, 'data')
    socket.pause()
    const left = !(await comesTo(target, 0))
    socket.destroy()
    return harmless(left && 'the answer still waits for its reader')
  },
}
