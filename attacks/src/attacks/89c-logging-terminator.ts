/** A proxy, a CDN, an inspecting firewall: it ends TLS and writes down every octet of everything. Later somebody reads that. */
import type { Exchange } from '@holdfast/client/testing'
import { openApp } from '../app.ts'
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { sealing } from '../seal.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

/** Everything of it, as whoever writes it down has it. */
function words({ request, answer, answerBody }: Exchange): string {
  const heads = JSON.stringify([
    request.method,
    request.url,
    request.fields,
    answer?.status,
    answer?.rawFields,
  ])
  return [heads, ...[request.body, answerBody].map((body) => Buffer.from(body).toString('latin1'))].join('\n')
}

export const attack: Attack = {
  id: '89c-logging-terminator',
  title: 'Find anything of the user in what a TLS terminator wrote down',
  power: 'ends TLS between phone and service, and writes down every octet',
  gain: 'tokens, bodies, answers, names and paths of everybody',
  requirement: 'T4',
  section: '8.6',
  expect: 'harmless',
  weaken: { file: 'client/sealed.js', text: "if (wish === 'never')", instead: 'if (true)' },
  setting: sealing,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone, session } = await openApp(target)
    const [body, field, query] = [randomText(), randomText(), randomText()]
    const path = target.path('sealed')
    const init = { method: 'POST', headers: { 'X-Secret': field }, body }
    const answer = await (await session.fetch(`${path}?secret=${query}`, init).catch(() => null))?.text()
    const [device] = await session.devices()
    const [seen] = target.backend?.seen(path) ?? []
    if (seen === undefined && answer !== undefined) throw new Error('the request did not arrive at all')
    await session.end()
    const log = phone.network.exchanges.map(words).join('\n')
    const secrets = {
      path,
      query,
      body,
      field,
      'device id': device?.id ?? randomText(),
      'user id': seen?.fields['holdfast-user'] ?? randomText(),
      session: seen?.fields['holdfast-session'] ?? randomText(),
      authorization: 'authorization',
      'device call': '/holdfast/devices',
    }
    const found = Object.entries(secrets).find(([, secret]) => log.includes(secret))
    return harmless(found !== undefined && `the ${found[0]} can be read`)
  },
}
