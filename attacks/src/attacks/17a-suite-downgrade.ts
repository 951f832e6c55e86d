/** The header of a sealed message says by which algorithms it is sealed. On the way it comes to say another one, a weaker one. */
import type { Attack, Outcome } from '../attack.ts'
import { attemptEach, type Variant } from '../attempt.ts'
import { enrol } from '../phone.ts'
import { outerRequest, seal, sealing } from '../seal.ts'
import type { Target } from '../target.ts'

/** Which octet of the header is made to say what (RFC 9180 section 7). */
const changes = [
  ['AES-128-GCM', 6, 1],
  ['ChaCha20Poly1305', 6, 3],
  ['export only', 5, 255],
  ['HKDF-SHA512', 4, 3],
] as const

export const attack: Attack = {
  id: '17a-suite-downgrade',
  title: 'Name another suite in the header of a sealed message',
  power: 'changes sealed messages on the way',
  gain: 'a service that takes what its own statement never offered',
  requirement: 'T4',
  section: '8.1',
  expect: 'sealed_request_refused',
  weaken: {
    file: 'core/encapsulation.js',
    text: 'readTwo(message, 3) === kdfId && readTwo(message, 5) === aeadId',
    instead: 'true',
  },
  setting: sealing,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const variants = changes.map(async ([name, at, value]): Promise<Variant> => {
      const marker = target.path('sealed')
      const { request } = await seal(target, await phone.signed({ method: 'GET', target: marker }))
      const message = request.body.slice()
      message[at] = value
      return { name, marker, request: outerRequest(target, message) }
    })
    return attemptEach(target, await Promise.all(variants))
  },
}
