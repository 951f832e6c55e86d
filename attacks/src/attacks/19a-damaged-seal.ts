/** A sealed message is damaged octet by octet and cut at every length. An answer that tells where it failed would be an oracle. */
import { type Attack, type Outcome, repelled, succeeded } from '../attack.ts'
import { plain } from '../phone.ts'
import type { Answer } from '../raw.ts'
import { outerRequest, seal, sealing } from '../seal.ts'
import type { Target } from '../target.ts'

/** Behind the key's id, which is no secret and has an answer of its own. */
const first = 1
const atOnce = 32

function damaged(message: Uint8Array): Uint8Array[] {
  const places = Array.from({ length: message.length - first }, (_, i) => i + first)
  const flipped = places.map((at) => message.map((octet, i) => (i === at ? octet ^ (1 << (at % 8)) : octet)))
  const cut = places.map((at) => message.subarray(0, at))
  return [...flipped, ...cut]
}

/** What is said, but for the reference, which is another each time. */
function said({ status, fields, text }: Answer): string {
  const others = [...fields].filter(([name]) => name !== 'date' && !name.startsWith('content-length'))
  const words = JSON.stringify({ status, others, text })
  return words.replaceAll(/"[A-Za-z0-9_-]{16}\\?"/g, '""').replaceAll(/\\"reference\\":\\"[^"]*"/g, '')
}

export const attack: Attack = {
  id: '19a-damaged-seal',
  title: 'Learn from refusals how far a damaged sealed message came',
  power: 'changes sealed messages on the way',
  gain: 'an oracle about what is inside',
  requirement: 'T4',
  section: '8.5',
  expect: 'sealed_request_refused',
  weaken: {
    file: 'core/encapsulation.js',
    text: `if (recipient === null || plaintext === null || plaintext === undefined)
        throw new HoldfastError('sealed_request_refused');`,
    instead: "if (!recipient || !plaintext) throw new HoldfastError('bad_request');",
  },
  setting: sealing,
  async run(target: Target): Promise<Outcome> {
    const { request } = await seal(target, plain(target, target.path('open')))
    const messages = damaged(request.body)
    const answers: Answer[] = []
    while (messages.length > 0) {
      const some = messages.splice(0, atOnce).map((message) => target.send(outerRequest(target, message)))
      answers.push(...(await Promise.all(some)))
    }
    const [one = '', another] = new Set(answers.map(said))
    if (another !== undefined)
      return succeeded(`it says ${[...new Set(answers.map(({ code }) => code))].join(' or ')}`)
    const code = answers[0]?.code ?? null
    if (code === null) throw new Error(`no refusal: ${one}`)
    return repelled(code)
  },
}
