/** The acts about who may ask: activation, the passcode, sealed reading, what others try, and the end of it. */
import { type BoundDevice, createClient, HoldfastError, type Session } from '@holdfast/client'
import { approve } from './approving.ts'
import { sendRaw } from './raw.ts'
import { type Money, passcode, type Scene } from './scene.ts'
import { show, showSealed } from './showing.ts'
import { command, done, expectRefusal, refused, say, step } from './telling.ts'

function showLatest({ phone, witness }: Scene): void {
  const exchange = phone.network.exchanges.at(-1)
  if (exchange !== undefined) show(exchange, witness.inside(exchange))
}

export async function activateAndBind(scene: Scene): Promise<{ bound: BoundDevice; session: Session }> {
  const { bank, phone } = scene
  step('An operator makes an activation code for Maria')
  command('holdfast activate --user maria --send-to "+44 20 7946 0042"')
  const code = await bank.activate('maria')
  done(`${code}   single use, 10 minutes`)

  step('Her phone makes its key and proves that it knows the code, without sending it')
  const client = createClient({
    origin: bank.origin,
    trust: bank.pins,
    platform: phone.platform,
    prompt: async () => ({ passcode }),
    approve,
  })
  const pending = await client.enrol({ activationCode: code, deviceName: "Maria's phone" })
  showLatest(scene)
  say(
    'The outer lines are all that anybody on the way can read; the inner ones are sealed to a key of the service.',
  )
  done(`the phone shows two words: ${pending.checkPhrase}`)

  step('The one-time text goes to the number on file and names the same two words')
  const text = await bank.lastText()
  say(`“${text}”`)
  if (!text.includes(pending.checkPhrase)) throw new Error('the text names another check phrase')
  const bound = await pending.confirm(/\b\d{6}\b/.exec(text)?.[0] ?? '')
  done(`bound: device ${bound.device} of ${bound.user}`)

  step('She chooses a passcode. The service never sees it, and from now on nothing opens without it')
  const first = await client.unlock()
  await first.setPasscode(passcode)
  await first.lock()
  const wrong = await client.unlock({ passcode: '618350' }).catch((error: unknown) => error)
  if (!(wrong instanceof HoldfastError) || wrong.code !== 'passcode_refused')
    throw new Error('a wrong passcode was let in', { cause: wrong })
  refused(wrong.code, 'another passcode; the service had counted the try before it answered')
  const session = await client.unlock({ passcode })
  done('unlocked with the right one')
  return { bound, session }
}

type Account = { readonly id: string; readonly name: string; readonly iban: string; readonly balance: Money }

export async function readAccounts(scene: Scene, session: Session): Promise<Account> {
  const { bank, phone, witness } = scene
  step('She reads her accounts, sealed: whoever ends TLS on the way sees one path, and lengths')
  const { accounts } = (await (await session.fetch('/accounts')).json()) as { accounts: Account[] }
  const exchange = phone.network.exchanges.at(-1)
  if (exchange === undefined) throw new Error('nothing was sent')
  showSealed(exchange)
  say(`Inside: ${witness.inside(exchange)?.request.method} ${witness.inside(exchange)?.request.path}`)
  for (const { name, balance } of accounts) done(`${name.padEnd(20)} ${balance.value} ${balance.currency}`)
  expectRefusal(
    'the same, asked in the open',
    await sendRaw(bank.origin, { target: '/accounts' }),
    'sealed_required',
  )
  const { body, fields } = exchange.request
  const bent = body.slice()
  bent[body.length - 1] = (bent.at(-1) as number) ^ 1
  const forged = { method: 'POST', target: '/holdfast/sealed', fields, body: bent }
  expectRefusal(
    'the sealed request with one bit turned',
    await sendRaw(bank.origin, forged),
    'sealed_request_refused',
  )
  const [account] = accounts
  if (account === undefined) throw new Error('Maria has no account')
  return account
}

export async function showPin({ phone }: Scene, session: Session): Promise<void> {
  step("Her card's PIN: encrypted by the bank to a key of this one request; the gateway passes it on unread")
  const { cards } = (await (await session.fetch('/cards')).json()) as {
    cards: Array<{ id: string; masked: string }>
  }
  const [card] = cards
  if (card === undefined) throw new Error('Maria has no card')
  const pin = await session.fetchSecret(`/cards/${card.id}/pin`)
  const digits = Buffer.from(pin).toString()
  pin.fill(0)
  const sent = phone.network.exchanges.at(-1)
  if (sent === undefined || Buffer.from(sent.answerBody).includes(digits))
    throw new Error('the PIN can be read')
  done(`card ${card.masked}: ${digits.replace(/\d/g, '•')}, shown for ten seconds and forgotten`)
}

export async function revoke({ bank }: Scene, bound: BoundDevice, session: Session): Promise<void> {
  step('The phone is lost. The operator revokes it')
  command(`holdfast revoke ${bound.device}`)
  await bank.revoke(bound.device)
  const outcome = await session.fetch('/accounts').catch((error: unknown) => error)
  if (!(outcome instanceof HoldfastError) || outcome.code !== 'device_revoked')
    throw new Error('a revoked device was let through', { cause: outcome })
  refused(`403 ${outcome.code}`, 'its next request; the refusal is signed, so the app may believe it')
}
