/**
 * The main job on real HTTP traffic: a gateway on the embedded database, a backend that knows nothing of Holdfast but who is
 * asking, and a virtual phone that activates, binds, reads, writes, refreshes and is revoked.
 */
import { type BoundDevice, createClient, type Session } from '@holdfast/client'
import { type VirtualPhone, virtualPhone } from '@holdfast/client/testing'
import { HoldfastError } from '@holdfast/client'
import { hasPython, nodeBackend, pythonBackend } from './backend.ts'
import { deploy, type Deployment } from './deployment.ts'
import { sendRaw, show } from './raw.ts'
import { command, done, expectRefusal, letIn, refused, say, step, wire } from './telling.ts'

type Scene = { readonly deployment: Deployment; readonly phone: VirtualPhone }

async function activateAndBind({
  deployment,
  phone,
}: Scene): Promise<{ bound: BoundDevice; session: Session }> {
  const { origin, pins } = deployment
  step('An operator makes an activation code for ann')
  command('holdfast activate --user ann --send-to "+44 20 7946 0042"')
  const code = await deployment.activate('ann')
  done(`${code}   single use, 10 minutes`)

  step('The phone makes its key and proves that it knows the code, without sending it')
  const client = createClient({ origin, trust: pins, platform: phone.platform })
  const pending = await client.enrol({ activationCode: code, deviceName: "Ann's phone" })
  show(phone.network.exchanges.find(({ request }) => request.url.endsWith('/holdfast/enrolments')))
  done(`the phone shows two words: ${pending.checkPhrase}`)

  step('The one-time text goes to the number on file and names the same two words')
  const text = await deployment.lastText()
  say(`“${text}”`)
  if (!text.includes(pending.checkPhrase)) throw new Error('the text names another check phrase')
  const bound = await pending.confirm(/\b\d{6}\b/.exec(text)?.[0] ?? '')
  done(`bound: device ${bound.device} of ${bound.user}`)
  return { bound, session: await client.unlock() }
}

async function readAndWrite({ phone }: Scene, session: Session): Promise<void> {
  step('It reads: each request is signed by a session key, for the token alone opens nothing')
  const account = await session.fetch('/accounts')
  show(phone.network.exchanges.at(-1))
  done(`${account.status}  ${await account.text()}`)
  const events = await (await session.fetch('/events')).text()
  done(`200  ${events.trim().split('\n\n').length} server-sent events streamed through`)

  step('It pays, signed by the device key. The answer is lost, so it asks again')
  const before = phone.network.exchanges.length
  phone.network.loseAnswer(1, ({ method }) => method === 'POST')
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

async function refuseAttacks({ deployment: { origin }, phone }: Scene, session: Session): Promise<void> {
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

async function refreshAndRevoke(
  { deployment, phone }: Scene,
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
  for (const { request, answer } of phone.network.exchanges.slice(before)) {
    const call = `${request.method} ${new URL(request.url).pathname}`
    wire('→', `${call.padEnd(22)} ${answer?.status ?? 'no answer'}`)
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

function explainHowToGoOn({ origin, folder }: Deployment): void {
  const phone = 'node examples/main-job/dist/phone.js'
  step('It stays up: now you. In a second terminal, in this folder')
  say('Make an activation code for yourself:')
  command(`npx holdfast activate --config ${folder}/holdfast.yaml --user you --send-to 0042`)
  say('Enrol a phone on the command line with it, look up the text, confirm:')
  command(`${phone} enrol CODE --app ${folder}/app.json`)
  command(`tail -n 1 ${folder}/outbox.jsonl`)
  command(`${phone} confirm DIGITS`)
  say('Read and pay:')
  command(`${phone} get /accounts`)
  command(`${phone} post /transfers '{"to":"bob","cents":2500}'`)
  say('Without the phone: refused; open to anybody; the statement every client begins with:')
  command(`curl -i ${origin}/accounts`)
  command(`curl ${origin}/public/rates`)
  command(`curl ${origin}/.well-known/holdfast`)
  say('')
  say(
    'Next: docs/integrate.md puts the gateway in front of your API. Ctrl-C ends this and removes its files.',
  )
}

/** The whole script; throws when anything in it is not as it should be. */
async function play(deployment: Deployment): Promise<void> {
  const scene = { deployment, phone: virtualPhone() }
  const { bound, session } = await activateAndBind(scene)
  await readAndWrite(scene, session)
  await refuseAttacks(scene, session)
  await refreshAndRevoke(scene, bound, session)
}

/** Resolves with false when somebody wants an end: Ctrl-C, a supervisor, a terminal that is closed. */
const interrupted = new Promise<false>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(false))
})

async function main(): Promise<void> {
  const backend = hasPython() ? pythonBackend : nodeBackend
  step(`A gateway on the embedded database, in front of a backend in ${backend.language}`)
  if (backend === nodeBackend) say('(python3 was not found, so the same backend in Node takes its place)')
  const deployment = await deploy(backend)
  let played = false
  try {
    done(`gateway  ${deployment.origin}   everything not named open is signed`)
    done(`backend  ${backend.program}   standard library only`)
    played = await Promise.race([play(deployment).then(() => true), interrupted])
    if (played && !process.argv.includes('--once')) {
      explainHowToGoOn(deployment)
      await interrupted
    }
  } finally {
    await deployment.close()
  }
  if (played) console.log('\nmain job: ok')
  else process.exitCode = 1
}

await main()
