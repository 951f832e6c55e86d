/**
 * The main job on real HTTP traffic: a bank's ledger behind a gateway, and a virtual phone that activates, sets a passcode, reads, pays
 * with approval, is kept back and released, and is revoked. Then it stays up, with the app and the operators' console.
 */
import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { virtualPhone } from '@holdfast/client/testing'
import { activateAndBind, readAccounts, revoke, showPin } from './binding.ts'
import { type Bank, deployBank } from './deployment.ts'
import { createWitness } from './inside.ts'
import { colleague, holdAndRelease, pay } from './paying.ts'
import { command, done, say, step } from './telling.ts'

/** The whole script; throws when anything in it is not as it should be. */
async function play(bank: Bank): Promise<void> {
  const witness = createWitness()
  const scene = { bank, phone: virtualPhone({ crypto: witness.crypto }), witness }
  const { bound, session } = await activateAndBind(scene)
  const { id } = await readAccounts(scene, session)
  await showPin(scene, session)
  await pay(scene, session, id)
  await holdAndRelease(scene, session, id)
  await revoke(scene, bound, session)
}

/** Prints each text as it is sent, as if this terminal were the telephone it goes to. */
async function showTexts({ folder }: Bank): Promise<void> {
  const file = path.join(folder, 'outbox.jsonl')
  let known = (await readFile(file, 'utf8')).length
  const showNew = async (): Promise<void> => {
    const all = await readFile(file, 'utf8')
    const lines = all.slice(known).split('\n').filter(Boolean)
    known = all.length
    for (const line of lines) {
      const { to, text } = JSON.parse(line) as { to: string; text: string }
      say(`text to ${to}: “${text}”`)
    }
  }
  watch(file, () => void showNew())
}

async function stayUp(bank: Bank): Promise<void> {
  const [app, desk] = [await bank.serveApp(), await bank.serveConsole()]
  const [first, second] = [await bank.firstOperator(), await bank.operator(colleague)]
  step('It stays up: now you')
  done(`app      ${app}`)
  done(
    `         activation code for Jonas: ${await bank.activate('jonas')}   10 minutes; the text appears below`,
  )
  done(`console  ${desk}`)
  for (const { name, secret } of [first, second]) done(`         operator ${name.padEnd(6)} ${secret}`)
  say('Another code, for maria or jonas; what is held; what is written down:')
  command(`npx holdfast activate --config ${bank.folder}/holdfast.yaml --user maria --send-to 0042`)
  command(`npx holdfast holds --config ${bank.folder}/holdfast.yaml`)
  command(`npx holdfast audit --config ${bank.folder}/holdfast.yaml`)
  say('Without the app: refused; the statement every client begins with:')
  command(`curl -i ${bank.origin}/accounts`)
  command(`curl ${bank.origin}/.well-known/holdfast`)
  say('')
  say(
    'Next: docs/integrate.md puts the gateway in front of your API. Ctrl-C ends this and removes its files.',
  )
  await showTexts(bank)
}

/** Resolves with false when somebody wants an end: Ctrl-C, a supervisor, a terminal that is closed. */
const interrupted = new Promise<false>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(false))
})

async function main(): Promise<void> {
  step('A bank: its ledger on an embedded database, and the gateway in front of it')
  const bank = await deployBank()
  let played = false
  try {
    done(`gateway  ${bank.origin}   every route is sealed, and what moves money is approved`)
    done('ledger   bank/api   double entry; it knows nothing of Holdfast but who asks, and what was approved')
    played = await Promise.race([play(bank).then(() => true), interrupted])
    if (played && !process.argv.includes('--once')) {
      await stayUp(bank)
      await interrupted
    }
  } finally {
    await bank.close()
  }
  if (played) console.log('\nmain job: ok')
  else process.exitCode = 1
}

await main()
