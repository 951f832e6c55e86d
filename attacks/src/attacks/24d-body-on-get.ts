/** A GET with a body: for many backends the body is the beginning of the next request. */
import type { Attack, Outcome } from '../attack.ts'
import { attempt } from '../attempt.ts'
import { enrol } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '24d-body-on-get',
  title: 'Hide a request in the body of a GET',
  power: 'is a customer with an own phone',
  gain: 'an unsigned request on the gateway’s own connection to the backend',
  requirement: 'T7',
  section: '3.6',
  expect: 'body_refused',
  weaken: { file: 'server/head.js', text: 'hasBody && bodyless.has(method)', instead: 'false' },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    const path = target.path('account')
    const body = 'DELETE /accounts HTTP/1.1\r\nHost: backend\r\n\r\n'
    return attempt(target, path, await phone.signed({ method: 'GET', target: path, body }))
  },
}
