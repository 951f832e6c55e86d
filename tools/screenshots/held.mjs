/** Payments the bank keeps back, in every state there is; and what there is not. */
import { send, typeAmount } from './money.mjs'
import { colleague } from '../../bank/demo/dist/paying.js'

async function hold(phone, amount) {
  const { page, words, tab, choose, press, at, settle } = phone
  const { transfer, payees, approval, daily, held } = words
  await tab(daily.tabs.payments)
  await choose(daily.payments.transfer)
  await choose(payees.somebody)
  await page.getByLabel(payees.form.iban).fill('IE29AIBK93115212345678')
  await page.getByLabel(payees.form.name).fill('Orla Byrne')
  await press(payees.form.next)
  await typeAmount(phone, amount)
  await at(transfer.review.title)
  await page.getByLabel(transfer.review.reference).fill('Used bicycle')
  await send(phone)
  await at(approval.title)
  await settle()
  return async () => {
    await press(approval.presence)
    await at(held.headings.held)
  }
}

/** Of all operators: two release, one refuses. */
async function decide({ bank }, verdict) {
  const first = await bank.firstOperator()
  const { json } = await bank.admin(first, 'GET', '/admin/holds')
  const operators = verdict === 'release' ? [first, await bank.operator(colleague)] : [first]
  for (const operator of operators)
    await bank.admin(operator, 'POST', `/admin/holds/${json.holds[0].id}/${verdict}`, {
      note: 'called Maria',
    })
}

async function tourReleased(phone) {
  const { page, words, press, at, shot, line, studio } = phone
  const { held, transfer } = words
  await (await hold(phone, '750'))()
  await decide(studio, 'release')
  await press(held.look)
  await at(held.headings.released)
  await shot('released')
  line.deafen()
  await page.getByRole('button', { name: held.send('€750.00') }).click()
  await page.getByRole('alert').waitFor()
  line.mend()
  await press(words.daily.parts.back)
  await page.getByRole('tab', { name: words.daily.tabs.payments }).waitFor()
  await phone.choose(words.daily.payments.held)
  await phone.choose('Orla Byrne')
  await at(held.headings.sent)
  await shot('answer-lost')
  await press(held.receipt)
  await at(transfer.done.title)
  await shot('sent')
  await press(transfer.done.ready)
}

export async function tourHeld(phone) {
  const { words, tab, choose, press, at, shot, studio } = phone
  const { held, daily } = words
  await tab(daily.tabs.payments)
  await choose(daily.payments.held)
  await shot('nothing')
  await press(daily.parts.back)
  const approve = await hold(phone, '760')
  await shot('approval')
  await approve()
  await shot('held')
  await press(held.leave)
  await at(held.leaveTitle)
  await shot('leave')
  await press(daily.parts.cancel)
  await press(daily.parts.back)
  await choose(daily.payments.held)
  await shot('list')
  await choose('Orla Byrne')
  await decide(studio, 'refuse')
  await press(held.look)
  await at(held.headings.refused)
  await shot('refused')
  await press(held.remove)
  await press(daily.parts.back)
  await tourReleased(phone)
}

/** Takes away what is first in a list until nothing is left of it. */
async function removeAll({ page, press }, title, remove) {
  const rows = page.getByRole('list', { name: title }).getByRole('button')
  await rows.first().waitFor()
  for (let left = await rows.count(); left > 0; left--) {
    await rows.first().click()
    await press(remove)
    await press(remove)
    await rows.nth(left - 1).waitFor({ state: 'detached' })
  }
}

/** A customer who has none of what there could be. */
export async function tourEmpty(phone) {
  const { page, words, tab, choose, press, shot } = phone
  const { payees, orders, daily } = words
  await tab(daily.tabs.payments)
  await choose(daily.payments.payees)
  await removeAll(phone, payees.title, payees.remove)
  await page.getByText(payees.none).waitFor()
  await shot('payees')
  await press(daily.parts.back)
  await choose(daily.payments.orders)
  await removeAll(phone, orders.title, orders.end)
  await page.getByText(orders.none).waitFor()
  await shot('orders')
  await press(daily.parts.back)
}
