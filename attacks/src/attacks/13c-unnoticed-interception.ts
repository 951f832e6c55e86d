/** The interception failed, and the attacker leaves. If nobody hears of it, he comes back with something better. */
import { openApp, refusalOf } from '../app.ts'
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { openIntruder } from '../intruder.ts'
import { strangerIdentity } from '../tls-identity.ts'
import type { Target } from '../target.ts'

const patienceMs = 3000

async function isTold(target: Target, pin: string): Promise<boolean> {
  for (const until = Date.now() + patienceMs; Date.now() < until; ) {
    if ((await target.audit()).includes(pin)) return true
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return false
}

export const attack: Attack = {
  id: '13c-unnoticed-interception',
  title: 'Try to end TLS and leave without a trace',
  power: 'ends TLS with a certificate the phone trusts',
  gain: 'any number of tries, which nobody looks into',
  requirement: 'T2',
  section: '2.5',
  expect: 'harmless',
  weaken: {
    file: 'client/refused-key.js',
    text: 'await keep(state, report.output)',
    instead: 'await Promise.resolve()',
  },
  setting: { tls: 'pinned' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { client, session } = await openApp(target)
    const identity = strangerIdentity()
    const intruder = await openIntruder({ identity, service: target.address() })
    try {
      target.divert(intruder.address)
      await refusalOf(session.fetch(target.path('account')))
    } finally {
      intruder.close()
    }
    target.divert(null)
    await client.unlock()
    return harmless(!(await isTold(target, identity.pin)) && 'the service never heard of it')
  },
}
