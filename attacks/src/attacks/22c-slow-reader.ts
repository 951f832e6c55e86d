/** An answer nobody reads holds a connection to the backend. One client asks for as many as there are. */
import type { Socket } from 'node:net'
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol, plain } from '../phone.ts'
import { open, serialise } from '../raw.ts'
import type { Target } from '../target.ts'

const connections = 8

/** Asks for a large answer, and reads no more than its beginning. */
function readLittle(target: Target): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = open(target.address())
    socket.once('error', reject)
    socket.once('data', () => {
      socket.pause()
      resolve(socket)
    })
    socket.write(serialise(plain(target, `${target.openPath}/large/`)))
  })
}

export const attack: Attack = {
  id: '22c-slow-reader',
  title: 'Take all connections to a backend by answers that are not read',
  power: 'none: anybody on the Internet',
  gain: 'the backend, for the price of a few open sockets',
  requirement: 'T7',
  section: '3.9',
  expect: 'harmless',
  weaken: { file: 'gateway/proxy/upstream.js', text: '!clients.enter(client)', instead: 'false' },
  setting: { config: { upstream: { connections, timeoutMs: 3000 } } },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const readers = await Promise.all(Array.from({ length: connections }, () => readLittle(target)))
    const answer = await target.send(await phone.signed({ method: 'GET', target: target.path('account') }))
    for (const socket of readers) socket.destroy()
    return harmless(answer.status !== 200 && `a customer was refused with ${answer.code}`)
  },
}
