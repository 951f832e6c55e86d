/** The acts about who may ask: enrolment, signed requests, what others try, refresh and revocation. */
import { type BoundDevice, createClient, HoldfastError, type Session } from '@holdfast/client'
import { sendRaw } from './raw.ts'
import type { Scene } from './scene.ts'
import { callOf, show } from './showing.ts'
import { command, done, expectRefusal, letIn, refused, say, step, wire } from './telling.ts'

function showLatest({ phone, witness }: Scene): void {
  const exchange = phone.network.exchanges.at(-1)
  if (exchange !== undefined) show(exchange, witness.inside(exchange))
}

export async function activateAndBind(scene: Scene): Promise<{ bound: BoundDevice; session: Session }> {
  const { deployment, phone } = scene
  const { origin, pins } = deployment
  step('An operator makes an activation code for ann')
  command('holdfast activate --user ann --send-to "+44 20 7946 0042"')
  const code = await deployment.activate('ann')
  done(`${code}   single use, 10 minutes`)

  step('The phone makes its key and proves that it knows the code, without sending it')
  const client = createClient({ origin, trust: pins, platform: phone.platform })
  const pending = await client.enrol({ activationCode: code, deviceName: "Ann's phone" })
  showLatest(scene)
  say(
    'The outer lines are all that anybody on the way can read; the inner ones are sealed to a key of the service.',
  )
  done(`the phone shows two words: ${pending.checkPhrase}`)

  step('The one-time text goes to the number on file and names the same two words')
  const text = await deployment.lastText()
  say(`“${text}”`)
  if (!text.includes(pending.checkPhrase)) throw new Error('the text names another check phrase')
  const bound = await pending.confirm(/\b\d{6}\b/.exec(text)?.[0] ?? '')
  done(`bound: device ${bound.device} of ${bound.user}`)
  return { bound, session: await client.unlock() }
}

export async function readAndWrite(scene: Scene, session: Session): Promise<void> {
  const { phone } = scene
  step('It reads: each request is signed by a session key, for the token alone opens nothing')
  const account = await session.fetch('/accounts')
  showLatest(scene)
  done(`${account.status}  ${await account.text()}`)
  const events = await (await session.fetch('/events')).text()
  done(`200  ${events.trim().split('\n\n').length} server-sent events streamed through`)

  step('It pays, signed by the device key. The answer is lost, so it asks again')
  const before = phone.network.exchanges.length
  phone.network.loseAnswer(1, ({ method, url }) => method === 'POST' && url.endsWith('/transfers'))
  const payment = await session.fetch('/transfers', {
    method: 'POST',
    body: JSON.stringify({ to: 'bob', cents: 2500 }),
    headers: { 'content-type': 'application/json' },
  })
  for (const { request, answer } of phone.network.exchanges.slice(before)) {
    const key = request.fields.find(([name]) => name === 'idempotency-key')?.[1]
    wire('→', `${request.method} /transfers   idempotency-key: ${key}`)
    wire('←', answer === null ? '(nothing: the answer was lost)' : String(answer.status))
  }
  done(
    `${payment.status}  ${await payment.text()}   holdfast-repeated: ${payment.headers.get('holdfast-repeated')}`,
  )
  const { transfers } = (await (await session.fetch('/transfers')).json()) as { transfers: unknown[] }
  if (transfers.length !== 1) throw new Error(`the backend made ${transfers.length} transfers`)
  done('asked twice, paid once: the backend lists one transfer')
}

export async function refuseAttacks(
  { deployment: { origin }, phone }: Scene,
  session: Session,
): Promise<void> {
  step('What others try with what they saw')
  await session.fetch('/accounts')
  const seen = phone.network.exchanges.at(-1)?.request
  if (seen === undefined) throw new Error('nothing was seen')
  const { fields } = seen
  const token = fields.filter(([name]) => name === 'authorization')
  const odd = '/public/%2e%2e/accounts'
  expectRefusal('nothing signed at all', await sendRaw(origin, { target: '/accounts' }), 'signature_missing')
  expectRefusal(
    'the stolen token alone',
    await sendRaw(origin, { target: '/accounts', fields: token }),
    'signature_missing',
  )
  expectRefusal(
    'the same bytes a second time',
    await sendRaw(origin, { target: '/accounts', fields }),
    'replayed',
  )
  expectRefusal(
    'the signature moved to another path',
    await sendRaw(origin, { target: '/transfers', fields }),
    'signature_invalid',
  )
  expectRefusal(
    `a path with two readings: ${odd}`,
    await sendRaw(origin, { target: odd }),
    'ambiguous_request',
  )
  const open = await sendRaw(origin, { target: '/public/rates' })
  letIn(String(open.status), `the one open route answers anybody: ${open.body}`)
}

export async function refreshAndRevoke(
  { deployment, phone, witness }: Scene,
  bound: BoundDevice,
  session: Session,
): Promise<void> {
  step('Minutes later the token is refreshed, and nobody notices')
  say(
    "The phone's clock is moved 280 s ahead, the service's is not. So the service refuses the first try; the phone asks the " +
      'signed clock, signs with corrected time, and goes on.',
  )
  phone.clock.advance(280_000)
  const before = phone.network.exchanges.length
  await session.fetch('/accounts')
  for (const exchange of phone.network.exchanges.slice(before)) {
    const { call, status } = callOf(exchange, witness.inside(exchange))
    wire('→', `${call.padEnd(29)} ${status}`)
  }
  done('a new token, and the account again')

  step('The operator revokes the device')
  command(`holdfast revoke ${bound.device}`)
  await deployment.revoke(bound.device)
  const outcome = await session.fetch('/accounts').catch((error: unknown) => error)
  if (!(outcome instanceof HoldfastError) || outcome.code !== 'device_revoked')
    throw new Error('a revoked device was let through', { cause: outcome })
  refused(`403 ${outcome.code}`, 'its next request; the refusal is signed, so the app may believe it')
}
