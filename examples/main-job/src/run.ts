/**
 * The main job on real HTTP traffic: a gateway on the embedded database, a backend in Python that knows nothing of Holdfast
 * but who is asking, and a virtual phone that activates, binds, reads, writes, refreshes and is revoked.
 */
import { once } from 'node:events'
import { type BoundDevice, createClient, type Session } from '@holdfast/client'
import { type VirtualPhone, virtualPhone } from '@holdfast/client/testing'
import { deploy, type Deployment } from './deployment.ts'
import { sendRaw, show } from './raw.ts'
import { done, expectRefusal, refused, say, step, wire } from './telling.ts'

type Scene = { readonly deployment: Deployment; readonly phone: VirtualPhone }

async function activateAndBind({
  deployment,
  phone,
}: Scene): Promise<{ bound: BoundDevice; session: Session }> {
  const { origin, pins } = deployment
  step('An operator makes an activation code for ann')
  const code = await deployment.activate('ann')
  done(`${code}   (holdfast activate --user ann --send-to …; single use, 10 minutes)`)

  step('The phone makes its key and proves the code without sending it')
  const client = createClient({ origin, trust: pins, platform: phone.platform })
  const pending = await client.enrol({ activationCode: code, deviceName: "Ann's phone" })
  const enrolment = phone.network.exchanges.find(({ request }) =>
    request.url.endsWith('/holdfast/enrolments'),
  )
  if (enrolment !== undefined) show(enrolment)
  say(`The phone shows the check phrase “${pending.checkPhrase}”.`)

  step('The one-time text arrives on the number on file')
  const text = await deployment.lastText()
  wire('←', text)
  if (!text.includes(pending.checkPhrase)) throw new Error('the text names another check phrase')
  const bound = await pending.confirm(/\b\d{6}\b/.exec(text)?.[0] ?? '')
  done(`bound: device ${bound.device} of ${bound.user}`)
  return { bound, session: await client.unlock() }
}

async function readAndWrite({ phone }: Scene, session: Session): Promise<void> {
  step('It reads: signed by a session key, the token alone would open nothing')
  const account = await session.fetch('/accounts')
  show(phone.network.exchanges.at(-1))
  done(`${account.status} ${await account.text()}`)

  step('It pays; the answer is lost on the way, the phone asks again under the same Idempotency-Key')
  phone.network.loseAnswer(1, ({ method }) => method === 'POST')
  const payment = await session.fetch('/transfers', {
    method: 'POST',
    body: JSON.stringify({ to: 'bob', cents: 2500 }),
    headers: { 'content-type': 'application/json' },
  })
  done(
    `${payment.status} ${await payment.text()} (holdfast-repeated: ${payment.headers.get('holdfast-repeated')})`,
  )
  const { transfers } = (await (await session.fetch('/transfers')).json()) as { transfers: unknown[] }
  if (transfers.length !== 1) throw new Error(`the backend made ${transfers.length} transfers`)
  done('the backend made one transfer')
  const events = await session.fetch('/events')
  done(`server-sent events stream through: ${(await events.text()).trim().split('\n\n').length} events`)
}

async function refuseAttacks({ deployment, phone }: Scene, session: Session): Promise<void> {
  step('What others try with what they saw')
  const origin = deployment.origin
  await session.fetch('/accounts')
  const seen = phone.network.exchanges.at(-1)?.request
  if (seen === undefined) throw new Error('nothing was seen')
  const token = seen.fields.filter(([name]) => name === 'authorization')
  expectRefusal('nothing signed at all', await sendRaw(origin, { target: '/accounts' }), 'signature_missing')
  expectRefusal(
    'the stolen token alone',
    await sendRaw(origin, { target: '/accounts', fields: token }),
    'signature_missing',
  )
  expectRefusal(
    'the same bytes again',
    await sendRaw(origin, { target: '/accounts', fields: seen.fields }),
    'replayed',
  )
  expectRefusal(
    'the signature moved to another path',
    await sendRaw(origin, { target: '/transfers', fields: seen.fields }),
    'signature_invalid',
  )
  expectRefusal(
    'a path with two readings',
    await sendRaw(origin, { target: '/public/%2e%2e/accounts' }),
    'ambiguous_request',
  )
  const open = await sendRaw(origin, { target: '/public/rates' })
  done(`the one open route answers anybody: ${open.status} ${open.body}`)
}

async function refreshAndRevoke(
  { deployment, phone }: Scene,
  bound: BoundDevice,
  session: Session,
): Promise<void> {
  step('Minutes later the token is refreshed silently')
  phone.clock.advance(280_000)
  const before = phone.network.exchanges.length
  await session.fetch('/accounts')
  const calls = phone.network.exchanges
    .slice(before)
    .map(({ request }) => `${request.method} ${new URL(request.url).pathname}`)
  done(calls.join(', then '))

  step('The operator revokes the device')
  await deployment.revoke(bound.device)
  try {
    await session.fetch('/accounts')
    throw new Error('a revoked device was let through')
  } catch (error) {
    refused(
      'the next request, by an answer the service signed',
      (error as { code?: string }).code ?? String(error),
    )
    if ((error as { code?: string }).code !== 'device_revoked') throw error
  }
}

function explainHowToGoOn({ origin, configFile, pins }: Deployment): void {
  step('It stays up: enrol a phone of your own')
  say(`gateway   ${origin}`)
  say(`pins      ${pins.join(' ')}`)
  say('')
  say(`node packages/gateway/bin/holdfast.js activate --config ${configFile} --user you --send-to 42`)
  say(
    `node examples/main-job/dist/phone.js enrol --origin ${origin} --pin ${pins[0]} --code CODE   (the text is in ${configFile.replace('holdfast.yaml', 'outbox.jsonl')})`,
  )
  say('node examples/main-job/dist/phone.js get /accounts')
  say(`curl -i ${origin}/accounts                   refused: nothing is signed`)
  say(`curl ${origin}/.well-known/holdfast         the service statement (docs/protocol.md 2)`)
  say('Ctrl-C ends it.')
}

async function main(): Promise<void> {
  step('A gateway on the embedded database, in front of a backend in Python')
  const deployment = await deploy()
  try {
    done(`gateway ${deployment.origin}, everything unnamed is signed`)
    const scene = { deployment, phone: virtualPhone() }
    const { bound, session } = await activateAndBind(scene)
    await readAndWrite(scene, session)
    await refuseAttacks(scene, session)
    await refreshAndRevoke(scene, bound, session)
    if (!process.argv.includes('--once')) {
      explainHowToGoOn(deployment)
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    }
  } finally {
    await deployment.close()
  }
  console.log('main job: ok')
}

await main()
