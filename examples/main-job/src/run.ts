/**
 * The main job on real HTTP traffic: a gateway on the embedded database, a backend that knows nothing of Holdfast but who is
 * asking, and a virtual phone that activates, binds, reads, writes, seals, refreshes and is revoked.
 */
import { virtualPhone } from '@holdfast/client/testing'
import { hasCryptography, hasPython, nodeBackend, pythonBackend } from './backend.ts'
import { deploy, type Deployment } from './deployment.ts'
import { createWitness } from './inside.ts'
import { fetchPin, forgeAnswer, rotateSealingKey, sealReadAndPayment } from './sealing.ts'
import { activateAndBind, readAndWrite, refreshAndRevoke, refuseAttacks } from './signing.ts'
import { command, done, say, step } from './telling.ts'

function explainHowToGoOn({ origin, folder }: Deployment, page: string): void {
  const phone = 'node examples/main-job/dist/phone.js'
  step('It stays up: now you. In a second terminal, in this folder')
  say('Make an activation code for yourself:')
  command(`npx holdfast activate --config ${folder}/holdfast.yaml --user you --send-to 0042`)
  say(`In a browser, as a bank's app: open ${page} and type the code; the text is the last line of`)
  command(`tail -n 1 ${folder}/outbox.jsonl`)
  say('Or enrol a phone on the command line with it, look up the text, confirm:')
  command(`${phone} enrol CODE --app ${folder}/app.json`)
  command(`tail -n 1 ${folder}/outbox.jsonl`)
  command(`${phone} confirm DIGITS`)
  say('Read, pay, and ask for a secret the gateway cannot read:')
  command(`${phone} get /accounts`)
  command(`${phone} post /transfers '{"to":"bob","cents":2500}'`)
  command(`${phone} secret /card/pin`)
  say('Without the phone: refused; open to anybody; the statement every client begins with:')
  command(`curl -i ${origin}/accounts`)
  command(`curl -i ${origin}/card/pin`)
  command(`curl ${origin}/public/rates`)
  command(`curl ${origin}/.well-known/holdfast`)
  say('')
  say(
    'Next: docs/integrate.md puts the gateway in front of your API. Ctrl-C ends this and removes its files.',
  )
}

/** The whole script; throws when anything in it is not as it should be. */
async function play(deployment: Deployment): Promise<void> {
  const witness = createWitness()
  const scene = { deployment, phone: virtualPhone({ crypto: witness.crypto }), witness }
  const { bound, session } = await activateAndBind(scene)
  await readAndWrite(scene, session)
  await refuseAttacks(scene, session)
  await sealReadAndPayment(scene, session)
  await fetchPin(scene, session)
  await forgeAnswer(scene, session)
  await rotateSealingKey(scene, session)
  await refreshAndRevoke(scene, bound, session)
}

/** Resolves with false when somebody wants an end: Ctrl-C, a supervisor, a terminal that is closed. */
const interrupted = new Promise<false>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(false))
})

async function main(): Promise<void> {
  const backend = hasCryptography() ? pythonBackend : nodeBackend
  step(`A gateway on the embedded database, in front of a backend in ${backend.language}`)
  if (backend === nodeBackend)
    say(
      `(${hasPython() ? 'python3 without its package cryptography tells no PIN' : 'python3 was not found'}, so the same backend in Node takes its place)`,
    )
  const deployment = await deploy(backend)
  let played = false
  try {
    done(
      `gateway  ${deployment.origin}   everything not named open is signed; calls to Holdfast itself are sealed`,
    )
    done(`backend  ${backend.program}   an account service of its own`)
    played = await Promise.race([play(deployment).then(() => true), interrupted])
    if (played && !process.argv.includes('--once')) {
      explainHowToGoOn(deployment, await deployment.servePage())
      await interrupted
    }
  } finally {
    await deployment.close()
  }
  if (played) console.log('\nmain job: ok')
  else process.exitCode = 1
}

await main()
