/** Somebody got to the operators' listener: a process on the same host, or a request forged through one. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '83-no-operator',
  title: 'Make an activation code without being an operator',
  power: 'reaches the admin listener',
  gain: 'a device of his own bound to any user',
  requirement: 'K1',
  section: '4.1',
  expect: 'operator_required',
  weaken: { file: 'server/operator.js', text: 'await authenticate(head, deployment)', instead: "'nobody'" },
  async run(target: Target): Promise<Outcome> {
    const body = Buffer.from(JSON.stringify({ user: `user-${randomText(6)}`, send_to: '+15550104' }))
    const answer = await target.sendAdmin({
      method: 'POST',
      target: '/admin/activations',
      fields: [
        ['Host', target.adminHost()],
        ['Content-Type', 'application/json'],
        ['Content-Length', String(body.length)],
      ],
      body,
    })
    return verdict(answer, answer.status === 200 && 'an activation code was handed out')
  },
}
