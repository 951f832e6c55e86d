/** What one request and its answer cost the phone, the network apart; beside it, the signature alone as WebCrypto makes it. Runs in a page. */

import type { FetchInit, Session } from '@holdfast/client'
import type { Acts } from './order.ts'
import type { TimedPlatform } from './timed-platform.ts'
import { createTimes, repeat, timeEach } from './times.ts'

const path = '/transfers'
const init: FetchInit = { method: 'POST', body: 'x'.repeat(1024) }

/** 1 KiB goes, 1 KiB comes. */
export function fetchActs(session: Session, timer: TimedPlatform, sealed: boolean): Acts {
  return {
    async fetch({ durationMs }) {
      const times = createTimes()
      await repeat(durationMs, async () => {
        timer.marks()
        const begun = performance.now()
        const answer = await session.fetch(path, { ...init, sealed })
        const { byteLength } = await answer.arrayBuffer()
        const done = performance.now()
        const [sent, answered, ...more] = timer.marks()
        if (answer.status !== 200 || byteLength !== 1024) throw new Error('not the answer of the backend')
        // A call that renews a token first is another thing.
        if (sent === undefined || answered === undefined || more.length > 0) return
        times.add(sent - begun + done - answered)
      })
      return times.sample()
    },
  }
}

/** The octets a signed request signs, and a key as the session has one. */
export async function bareSignActs(session: Session): Promise<Acts> {
  const data = await signedOctets(() => session.fetch(path, init))
  const { subtle } = crypto
  const p256 = { name: 'ECDSA', namedCurve: 'P-256' }
  const { privateKey } = await subtle.generateKey(p256, false, ['sign'])
  const es256 = { name: 'ECDSA', hash: 'SHA-256' }
  const once = () => subtle.sign(es256, privateKey, data)
  return { sign: ({ durationMs }) => timeEach(durationMs, once) }
}

async function signedOctets(act: () => Promise<unknown>): Promise<Uint8Array<ArrayBuffer>> {
  const { subtle } = crypto
  const sign = subtle.sign.bind(subtle)
  let octets = new Uint8Array(0)
  const listening: typeof sign = (algorithm, key, data) => {
    octets = new Uint8Array(data as ArrayBuffer)
    return sign(algorithm, key, data)
  }
  Object.assign(subtle, { sign: listening })
  await act().finally(() => Reflect.deleteProperty(subtle, 'sign'))
  return octets
}
