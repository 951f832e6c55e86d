/** What is written where many may read it: logs and metrics. Every secret that went through the service is looked for there. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { enrol } from '../phone.ts'
import { altered, randomText } from '../signer.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '89-leaked-secrets',
  title: 'Find secrets in logs, metrics and error answers',
  power: 'reads the log and the metrics',
  gain: 'tokens, bodies and queries of everybody',
  requirement: 'T7',
  section: '3.8',
  expect: 'harmless',
  weaken: {
    file: 'gateway/proxy/proxy.js',
    text: 'exchange.route = destination.pattern',
    instead: 'exchange.route = head.target.raw',
  },
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const [query, body, field] = [randomText(), randomText(), randomText()]
    const path = `${target.path('transfer')}?secret=${query}`
    const fields = [['Idempotency-Key', randomText()] as const, ['X-Secret', field] as const]
    const request = await phone.signed({ method: 'POST', target: path, fields, body })
    await target.send(request)
    const refusals = [
      await target.send(request),
      await target.send(altered(request, { signature: 'hf=:AAAA:' })),
    ]
    const words = [await target.publicWords(), ...refusals.map(({ text }) => text)].join('\n')
    const { access, refresh } = phone.tokens
    const secrets = {
      query,
      body,
      field,
      'access token': access,
      'refresh token': refresh,
      'phone number': phone.sendTo,
    }
    const found = Object.entries(secrets).find(([, secret]) => words.includes(secret))
    return harmless(found !== undefined && `the ${found[0]} can be read`)
  },
}
