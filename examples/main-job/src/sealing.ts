/** The acts about what nobody in between may read or change: seals, reply keys, signed answers. */
import { setTimeout as wait } from 'node:timers/promises'
import { HoldfastError, type Session } from '@holdfast/client'
import type { Exchange } from '@holdfast/client/testing'
import { fromBase64url } from '@holdfast/core'
import { sendRaw } from './raw.ts'
import type { Scene } from './scene.ts'
import { showSealed } from './showing.ts'
import { command, done, expectRefusal, quote, refused, say, step, wire } from './telling.ts'

function latest({ phone }: Scene): Exchange {
  const exchange = phone.network.exchanges.at(-1)
  if (exchange === undefined) throw new Error('nothing was sent')
  return exchange
}

export async function sealReadAndPayment(scene: Scene, session: Session): Promise<void> {
  const { deployment, phone, witness } = scene
  step('It reads and pays sealed: whoever ends TLS on the way sees the same path twice, and lengths')
  const before = phone.network.exchanges.length
  const account = await session.fetch('/accounts', { sealed: true })
  const payment = await session.fetch('/transfers', {
    method: 'POST',
    body: JSON.stringify({ to: 'carol', cents: 500 }),
    headers: { 'content-type': 'application/json' },
    sealed: true,
  })
  const sent = phone.network.exchanges.slice(before)
  for (const exchange of sent) showSealed(exchange)
  const calls = sent.map((exchange) => witness.inside(exchange)?.request)
  say(`Inside: ${calls.map((call) => `${call?.method} ${call?.path}`).join(', then ')}.`)
  done(`${account.status}  ${await account.text()}`)
  done(`${payment.status}  ${await payment.text()}`)

  const plain = await sendRaw(deployment.origin, { target: '/card/pin' })
  expectRefusal('a route of policy "sealed", asked in the open', plain, 'sealed_required')
  const { body, fields, url } = latest(scene).request
  const forged = { method: 'POST', target: new URL(url).pathname, fields }
  const bent = body.slice()
  bent[body.length - 1] = (bent.at(-1) as number) ^ 1
  expectRefusal(
    'the sealed payment with one bit turned',
    await sendRaw(deployment.origin, { ...forged, body: bent }),
    'sealed_request_refused',
  )
  const again = await sendRaw(deployment.origin, { ...forged, body })
  const entry = JSON.parse(await deployment.logged('"sealed":true,"status":401,"code":"replayed"')) as {
    status: number
    code: string
  }
  if (again.status !== 200) throw new Error(`a sealed refusal came with ${again.status}`)
  refused(`${entry.status} ${entry.code}`, 'the sealed payment a second time; said inside a seal, too')
}

export async function fetchPin(scene: Scene, session: Session): Promise<void> {
  step(
    "Her card's PIN: encrypted by the card system to a key of this one request; the gateway passes it on unread",
  )
  const pin = await session.fetchSecret('/card/pin')
  const digits = Buffer.from(pin).toString()
  const exchange = latest(scene)
  const inside = scene.witness.inside(exchange)
  if (inside?.answer?.status !== 200) throw new Error('no PIN was sent')
  const key = inside.request.fields.find(([name]) => name === 'holdfast-reply-key')?.[1]
  const reply = Buffer.from(inside.answer.body)
  if (reply.includes(digits)) throw new Error('the gateway can read the PIN')
  showSealed(exchange, () => {
    wire('→', `  GET /card/pin   holdfast-reply-key: ${key}`)
    wire('←', `  200   ${reply.toString('base64url')}`)
  })
  say(
    'That reply is all the backend gave to the gateway; the key that opens it was made for this one request.',
  )
  say('And this is all the gateway wrote down:')
  quote(await scene.deployment.logged('"route":"/card/*","sealed":true'))
  done(`${digits}   on the phone, and in the bank's own backend`)
  pin.fill(0)
}

export async function forgeAnswer(scene: Scene, session: Session): Promise<void> {
  const { phone } = scene
  step('Where nothing is secret a signature is enough: the answer is signed, and fits this one request')
  const account = await session.fetch('/accounts')
  const fields = latest(scene).answer?.rawFields ?? []
  wire('→', 'GET /accounts')
  wire('←', String(account.status))
  for (const name of ['content-digest', 'signature-input', 'signature'])
    wire('←', `${name}: ${fields[fields.indexOf(name) + 1]}`)
  done(`${account.status}  ${await account.text()}`)
  const lie = { user: 'ann', cents: 1 }
  phone.network.rewrite({
    answer: (answer, { url }) =>
      url.endsWith('/accounts')
        ? { ...answer, body: new Response(JSON.stringify(lie)).body ?? answer.body }
        : answer,
  })
  const outcome = await session.fetch('/accounts').catch((error: unknown) => error)
  phone.network.calm()
  if (!(outcome instanceof HoldfastError) || outcome.code !== 'answer_refused')
    throw new Error('a forged answer was believed', { cause: outcome })
  refused(outcome.code, `by the phone: somebody on the way wrote ${JSON.stringify(lie)}`)
}

/** The first octet of a key configuration and of what is sealed to it. */
async function offeredKey(origin: string): Promise<number> {
  const { body } = await sendRaw(origin, { target: '/.well-known/holdfast' })
  const claims = Buffer.from(body.split('.')[1] ?? '', 'base64url').toString()
  const { sealing } = JSON.parse(claims) as { sealing: Array<{ config: string }> }
  return fromBase64url(sealing[0]?.config ?? '')[0] as number
}

const rotationDeadlineMs = 10_000

export async function rotateSealingKey(scene: Scene, session: Session): Promise<void> {
  const { origin } = scene.deployment
  step('The operator makes new sealing keys while the phone goes on asking')
  command('holdfast keys rotate sealing')
  const old = await offeredKey(origin)
  const rotated = scene.deployment.rotateSealing()
  let [answered, offered] = [0, old]
  const deadline = performance.now() + rotationDeadlineMs
  while (offered === old && performance.now() < deadline) {
    const { status } = await session.fetch('/accounts', { sealed: true })
    if (status !== 200) throw new Error(`a sealed request was answered ${status}`)
    answered++
    await wait(20)
    offered = await offeredKey(origin)
  }
  await rotated
  if (offered === old) throw new Error('the statement offers no new sealing key')
  done(`${answered} sealed requests meanwhile, and each was answered`)
  done(
    `statement: key ${offered} from here on; key ${latest(scene).request.body[0]} opens for another hour, then it is erased`,
  )
}
