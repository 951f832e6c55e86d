/** Payments: to somebody known and to somebody new, approved, lost on the way, and again and again. */
import { passcode, wrong } from './phone.mjs'

/** His account at this bank, the same in every bank that was seeded. */
const jonas = 'DE15900100100005190448'
/** At other banks. */
const builder = { name: 'Rossi Bau GmbH', iban: 'DE89370400440532013000' }

export async function typeAmount({ page, words, press }, amount) {
  await page.getByLabel(words.transfer.amount.label('EUR')).waitFor()
  await page.keyboard.type(amount)
  await press(words.transfer.amount.next)
}

export const send = ({ page, words }) =>
  page.getByRole('button', { name: words.transfer.review.send('') }).click()

async function tourAmount({ page, words, choose, press, at, shot }) {
  const { amount } = words.transfer
  const { parts } = words.daily
  await choose('Jonas Keller')
  await page.getByText(amount.hint).waitFor()
  await shot('amount')
  await page.keyboard.type('99999')
  await page.locator('[aria-live=assertive]:visible').waitFor()
  await shot('amount-too-much')
  for (const _ of '99999') await press(parts.remove)
  await choose(amount.from('Everyday'))
  await at(amount.choose)
  await shot('amount-accounts')
  await press(parts.close)
}

async function tourApproval(phone) {
  const { page, words, button, press, at, shot, snap, type, line } = phone
  const { approval } = words
  await send(phone)
  await at(approval.title)
  await button(approval.decline).waitFor()
  await shot('approval')
  await press(approval.decline)
  await page.getByText(words.errors.declined).waitFor()
  await shot('review-declined')
  await send(phone)
  await press(approval.passcode)
  await at(approval.passcode)
  await shot('approval-passcode')
  await type(wrong, approval.approve)
  await page.getByText(words.errors.passcode_wrong).waitFor()
  await shot('approval-wrong')
  await type(passcode)
  line.hang()
  await press(approval.approve)
  await page.getByText(approval.busy).waitFor()
  await snap('approval-busy')
  line.mend()
}

export async function tourKnown(phone) {
  const { page, words, tab, choose, press, at, shot } = phone
  const { transfer, payees, daily } = words
  await tab(daily.tabs.payments)
  await choose(daily.payments.transfer)
  await page.getByText(payees.own).waitFor()
  await shot('transfer')
  await tourAmount(phone)
  await typeAmount(phone, '25')
  await at(transfer.review.title)
  await page.getByLabel(transfer.review.reference).fill('Dinner')
  await shot('review')
  await tourApproval(phone)
  await at(transfer.done.title)
  await shot('sent')
  await press(transfer.done.ready)
}

/** The answer is lost, and found again. */
async function tourLost(phone) {
  const { page, words, tab, choose, press, at, shot, line } = phone
  const { transfer, payees, approval, daily } = words
  await tab(daily.tabs.payments)
  await choose(daily.payments.transfer)
  await choose(payees.somebody)
  await page.getByLabel(payees.form.iban).fill(builder.iban)
  await page.getByLabel(payees.form.name).fill(builder.name)
  await press(payees.form.next)
  await typeAmount(phone, '12')
  await at(transfer.review.title)
  await shot('review-new')
  await send(phone)
  await at(approval.title)
  line.deafen()
  await press(approval.presence)
  await at(transfer.unfinished.title)
  await shot('unfinished')
  await press(daily.parts.back)
  await shot('payments-unfinished')
  line.mend()
  await choose(transfer.unfinished.one)
  await press(transfer.unfinished.ask)
  await at(approval.title)
  await press(approval.presence)
  await at(transfer.done.title)
  await press(transfer.done.ready)
}

/** What the check of a name says. */
async function tourPayee({ page, words, tab, choose, press, shot }) {
  const { payees, daily } = words
  const { form, check } = payees
  await tab(daily.tabs.payments)
  await choose(daily.payments.transfer)
  await choose(payees.somebody)
  await shot('payee')
  await page.getByLabel(form.iban).fill('DE89370400440532013001')
  await page.getByText(form.wrong).waitFor()
  await shot('payee-slip')
  await page.getByLabel(form.iban).fill(jonas)
  await page.getByLabel(form.name).fill('Jonas Keler')
  await page.getByText(check.close('Jonas Keller')).waitFor()
  await shot('payee-close')
  await press(check.take('Jonas Keller'))
  await page.getByText(check.exact).waitFor()
  await shot('payee-exact')
  await page.getByLabel(form.name).fill('Petra Sommer')
  await page.getByText(check.none).waitFor()
  await shot('payee-none')
  await page.getByLabel(form.iban).fill('IE29AIBK93115212345678')
  await page.getByText(check.unknown).waitFor()
  await shot('payee-unknown')
  await press(daily.parts.back)
  await press(daily.parts.back)
}

async function tourOrders(phone) {
  const { page, words, tab, choose, button, press, at, shot, snap, line } = phone
  const { orders, approval, daily } = words
  await tab(daily.tabs.payments)
  line.hang()
  await choose(daily.payments.orders)
  await snap('orders-loading')
  line.mend()
  await page.getByText(orders.month).first().waitFor()
  await shot('orders')
  await page.getByRole('list', { name: orders.title }).getByRole('button').first().click()
  await button(orders.end).waitFor()
  await shot('order')
  await press(orders.end)
  await button(daily.parts.cancel).waitFor()
  await shot('order-end')
  await press(daily.parts.cancel)
  await press(orders.new)
  await choose('Jonas Keller')
  await typeAmount(phone, '40')
  await at(orders.review.title)
  await shot('order-review')
  await choose(orders.review.first)
  await at(orders.review.choose)
  await shot('order-day')
  await press(daily.parts.close)
  await press(orders.review.send)
  await at(approval.title)
  await shot('order-approval')
  await press(approval.presence)
  await page.getByText(orders.added('Jonas Keller')).waitFor()
  await shot('orders-added')
  await press(daily.parts.back)
}

async function tourPayees(phone) {
  const { page, words, choose, tab, button, press, at, shot, line } = phone
  const { payees, approval, daily } = words
  await tab(daily.tabs.payments)
  line.tear()
  await choose(daily.payments.payees)
  await page.getByText(daily.parts.failed).waitFor()
  await shot('payees-error')
  line.mend()
  await press(daily.parts.again)
  await page.getByRole('list', { name: payees.title }).waitFor()
  await shot('payees')
  await choose('Jonas Keller')
  await button(payees.pay).waitFor()
  await shot('payee-sheet')
  await press(payees.remove)
  await shot('payee-remove')
  await press(daily.parts.cancel)
  await press(payees.add)
  await page.getByLabel(payees.form.iban).fill(builder.iban)
  await page.getByLabel(payees.form.name).fill(builder.name)
  await page.getByText(payees.check.unknown).waitFor()
  await shot('payee-add')
  await press(payees.add)
  await at(approval.title)
  await shot('payee-approval')
  await press(approval.presence)
  await page.getByRole('button', { name: /^Rossi Bau GmbH/ }).waitFor()
  await press(daily.parts.back)
}

export async function tourMoney(phone) {
  await tourKnown(phone)
  await tourLost(phone)
  await tourPayee(phone)
  await tourPayees(phone)
  await tourOrders(phone)
}
