/** An answer is asked for and never read. How long does the gateway keep it, and the backend waiting? */
import { once } from 'node:events'
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { comesTo } from '../in-flight.ts'
import { plain } from '../phone.ts'
import { open, serialise } from '../raw.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '22d-reader-at-a-standstill',
  title: 'Begin to read an answer and never go on',
  power: 'none: anybody on the Internet',
  gain: 'connections to the backend and buffers of the gateway for as long as a socket lives',
  requirement: 'T7',
  section: '3.9',
  expect: 'harmless',
  weaken: {
    file: 'gateway/proxy/answer-stream.js',
    text: `paused = true;
        tooSlow = setTimeout(() => response.destroy(),`,
    instead: 'paused = true; tooSlow = setTimeout(() => undefined,',
  },
  // What waits at least, 64 KiB, is taken within a quarter of a second, or the client is cut off.
  setting: { config: { limits: { answerBytesPerSecond: 262_144 } } },
  async run(target: Target): Promise<Outcome> {
    const socket = open(target.address())
    socket.write(serialise(plain(target, `${target.openPath}/large/`)))
    await once(socket, 'data')
    socket.pause()
    const left = !(await comesTo(target, 0))
    socket.destroy()
    return harmless(left && 'the answer still waits for its reader')
  },
}
