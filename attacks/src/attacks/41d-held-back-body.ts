/** Heads are checked when they come, so the thief stocks up on them: all of a payment but its body, sent after the revocation. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrol } from '../phone.ts'
import { exchangeHeldBack } from '../raw.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const effectiveMs = 1000

export const attack: Attack = {
  id: '41d-held-back-body',
  title: 'Hold the body of a write back until the device was revoked',
  power: 'holds the phone, unlocked',
  gain: 'payments after the revocation, as many as connections can be kept open',
  requirement: 'K1',
  section: '6',
  expect: 'request_timeout',
  weaken: { file: 'server/server.js', text: 'checkStillAlive(verified, sessionCache);', instead: '' },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('transfer')
    const fields = [['Idempotency-Key', randomText()] as const]
    const write = await phone.signed({ method: 'POST', target: path, fields, body: 'amount=100' })
    const answer = await exchangeHeldBack(target.address(), write, async () => {
      await target.revoke(phone.device)
      await new Promise((resolve) => setTimeout(resolve, effectiveMs))
    })
    return verdict(answer, target.backend?.seen(path).length !== 0 && 'the revoked device’s write was run')
  },
}
