/** The acts about money: what is shown is what is signed is what is executed; and what the bank keeps back until it has called. */
import { HoldfastError, type Session } from '@holdfast/client'
import { approved } from './approving.ts'
import type { Money, Scene } from './scene.ts'
import { callOf } from './showing.ts'
import { command, done, refused, step, wire } from './telling.ts'

type Payee = { readonly name: string; readonly iban: string }
type Order = Payee & { readonly from: string; readonly amount: Money; readonly reference: string }

/** The second operator of the bank. */
export const colleague = 'bea'

const eur = (value: string): Money => ({ currency: 'EUR', value })

function send(session: Session, order: Order, idempotencyKey: string, approval?: string): Promise<Response> {
  return session.fetch('/transfers', {
    method: 'POST',
    body: JSON.stringify(order),
    headers: { 'content-type': 'application/json' },
    idempotencyKey,
    ...(approval === undefined ? {} : { approval }),
  })
}

/** The error it ends with, which has to be this one. */
async function refusal(outcome: Promise<Response>, code: string): Promise<HoldfastError> {
  const error = await outcome.then(
    ({ status }) => new Error(`it was answered ${status}`),
    (cause: unknown) => cause,
  )
  if (error instanceof HoldfastError && error.code === code) return error
  throw new Error(`expected ${code}`, { cause: error })
}

async function payeeCalled(name: string, session: Session): Promise<Payee> {
  const { payees } = (await (await session.fetch('/payees')).json()) as { payees: Payee[] }
  const found = payees.find((payee) => payee.name === name)
  if (found === undefined) throw new Error(`Maria has no payee ${name}`)
  return found
}

export async function pay(scene: Scene, session: Session, from: string): Promise<void> {
  const { phone, witness } = scene
  step(
    'She pays Jonas. The service says what has to be shown, the phone shows it, and a key signs exactly that',
  )
  const { name, iban } = await payeeCalled('Jonas Keller', session)
  const order = { from, name, iban, amount: eur('25.00'), reference: 'Dinner' }
  const key = crypto.randomUUID()
  const before = phone.network.exchanges.length
  const paid = await send(session, order, key)
  for (const exchange of phone.network.exchanges.slice(before)) {
    const { call, status } = callOf(exchange, witness.inside(exchange))
    wire('→', `${call.padEnd(70)} ${status}`)
  }
  if (paid.status !== 201) throw new Error(`the transfer was answered ${paid.status}`)
  done(`${paid.status}  ${await paid.text()}`)
  const again = await refusal(send(session, order, crypto.randomUUID(), approved.at(-1)), 'approval_refused')
  refused(`403 ${again.code}`, 'the same approval for a second transfer')
  const repeated = await send(session, order, key)
  done(
    `asked again under the same key: ${repeated.status}, the answer of the first time, and nothing paid twice`,
  )
}

export async function holdAndRelease(scene: Scene, session: Session, from: string): Promise<void> {
  const { bank } = scene
  step('She pays 750.00 to somebody she never paid before: the bank wants to call her first')
  const order = {
    from,
    name: 'Orla Byrne',
    iban: 'IE29AIBK93115212345678',
    amount: eur('750.00'),
    reference: 'Used bicycle',
  }
  const key = crypto.randomUUID()
  const held = await refusal(send(session, order, key), 'approval_held')
  refused(`403 ${held.code}`, `because of ${held.reasons?.join(', ')}; nothing has left her account`)

  step('Two operators have to release it; one of them has called her')
  const [first, second] = [await bank.firstOperator(), await bank.operator(colleague)]
  const decide = async (operator: typeof first, note: string): Promise<string> => {
    command(`POST /admin/holds/…/release   as ${operator.name}: “${note}”`)
    const target = `/admin/holds/${held.approvalId}/release`
    const { status, json } = await bank.admin(operator, 'POST', target, { note })
    return status === 200 ? String(json['state']) : String(json['code'])
  }
  done(await decide(first, 'called Maria on the number on file: a bicycle'))
  const same = await decide(first, 'called again')
  if (same !== 'second_operator_required') throw new Error(`the same operator decided twice: ${same}`)
  refused(`409 ${same}`, 'the word of the same operator a second time')
  done(await decide(second, 'agree'))

  step('Released is this payment, and no other')
  const dearer = { ...order, amount: eur('7500.00') }
  const tampered = await refusal(send(session, dearer, key, held.approvalId), 'approval_refused')
  refused(`403 ${tampered.code}`, 'ten times the amount under the same approval')
  const elsewhere = { ...order, iban: 'DE89370400440532013000' }
  const diverted = await refusal(send(session, elsewhere, key, held.approvalId), 'approval_refused')
  refused(`403 ${diverted.code}`, 'another account')
  const paid = await send(session, order, key, held.approvalId)
  if (paid.status !== 201) throw new Error(`the released transfer was answered ${paid.status}`)
  done(`${paid.status}  ${await paid.text()}`)
}
