/** A connection that says a little now and then, and never comes to the point. A few thousand of them fill a server. */
import { connect } from 'node:net'
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import type { Target } from '../target.ts'

const limitMs = 500
const patienceMs = 4000

export const attack: Attack = {
  id: '22-slow-head',
  title: 'Send a request head letter by letter',
  power: 'none: anybody on the Internet',
  gain: 'all connections of the gateway, for the price of a few bytes a minute',
  requirement: 'T7',
  section: '3.9',
  expect: 'request_timeout',
  weaken: {
    file: 'gateway/line/listener.js',
    text: 'headersTimeout: Math.min(limits.headMs, limits.requestMs),',
    instead: 'headersTimeout: 0,',
  },
  setting: { config: { limits: { headMs: limitMs } } },
  run(target: Target): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const { host, port } = target.address()
      const socket = connect({ host, port })
      const letters = setInterval(() => socket.write('x'), 100)
      const done = (outcome: Outcome | Error): void => {
        clearInterval(letters)
        clearTimeout(patience)
        socket.destroy()
        if (outcome instanceof Error) reject(outcome)
        else resolve(outcome)
      }
      const evidence = `the connection was still listened to after ${patienceMs / limitMs} times the limit`
      const patience = setTimeout(() => done(succeeded(evidence)), patienceMs)
      socket.write('GET / HTTP/1.1\r\nX-Slow: ')
      socket.on('error', done)
      socket.on('data', (bytes: Buffer) => {
        const timedOut = bytes.toString('latin1').includes('holdfast-error: request_timeout')
        done(timedOut ? repelled('request_timeout') : new Error(bytes.toString('latin1').slice(0, 200)))
      })
    })
  },
}
