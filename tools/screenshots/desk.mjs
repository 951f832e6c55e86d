/** The operators' console, 1280 pixels wide, through every screen. */
import { createClient } from '@holdfast/client'
import { virtualPhone } from '@holdfast/client/testing'
import { colleague } from '../../bank/demo/dist/paying.js'
import { digitsOf, passcode } from './phone.mjs'

const orders = [
  { name: 'Orla Byrne', iban: 'IE29AIBK93115212345678', value: '750.00', reference: 'Used bicycle' },
  { name: 'Rossi Bau GmbH', iban: 'DE89370400440532013000', value: '1850.00', reference: 'Invoice 2026-114' },
]

/** Somebody whose payments are held, and who has a phone in the list. */
async function openCustomer(bank) {
  const client = createClient({
    origin: bank.origin,
    trust: bank.pins,
    platform: virtualPhone().platform,
    approve: async () => ({ passcode }),
  })
  const activationCode = await bank.activate('maria')
  const pending = await client.enrol({ activationCode, deviceName: "Maria's phone" })
  await pending.confirm(await digitsOf(bank))
  await (await client.unlock()).setPasscode(passcode)
  const session = await client.unlock({ passcode })
  const { accounts } = await (await session.fetch('/accounts')).json()
  return async ({ value, ...order }) => {
    const content = { ...order, from: accounts[0].id, amount: { currency: 'EUR', value } }
    const headers = { 'content-type': 'application/json' }
    await session
      .fetch('/transfers', { method: 'POST', headers, body: JSON.stringify(content) })
      .catch(({ code }) => {
        if (code !== 'approval_held') throw new Error(`the payment is not held but ${code}`)
      })
  }
}

async function openDesk({ bank, camera, launch }) {
  const context = await launch('desk', { viewport: { width: 1280, height: 800 } })
  const [page = await context.newPage()] = context.pages()
  page.setDefaultTimeout(20_000)
  camera.watch(page, 'desk')
  const address = await bank.serveConsole()
  await page.goto(address)
  return {
    page,
    address,
    press: (name) => page.getByRole('button', { name, exact: true }).click(),
    shot: (title) => camera.shot(page, 'desk', title),
    async signIn({ name, secret }) {
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('Secret').fill(secret)
      await page.keyboard.press('Enter')
    },
    open: (screen) => page.goto(`${address}/#/${screen}`),
    close: () => context.close(),
  }
}

async function tourHolds({ page, press, shot, open }, bank, pay) {
  await page.getByText('No payment waits.').waitFor()
  await shot('holds-empty')
  for (const order of orders) await pay(order)
  await page.getByText('€1,850.00').waitFor()
  await shot('holds')
  await page.getByRole('link', { name: /€750\.00/ }).click()
  await page.getByText('What the customer saw and approved').waitFor()
  await shot('hold')
  await press('Release')
  await page.getByText('Call the customer before you release it.').waitFor()
  await shot('hold-call-first')
  await page.getByLabel('I called the customer').check()
  await page.getByLabel('Note').fill('Knows the bicycle and its owner.')
  await press('Release')
  await page.getByText('You have decided.').waitFor()
  await shot('hold-one-of-two')
  await page.getByRole('link', { name: /€1,850\.00/ }).click()
  await page.getByLabel('Note').fill('Did not send it.')
  await press('Refuse')
  await page.getByRole('dialog').waitFor()
  await shot('hold-refuse')
  await page.getByRole('dialog').getByRole('button', { name: 'Refuse' }).click()
  await page.getByText('Refused. Nothing will be paid.').waitFor()
  await open('holds?state=refused')
  await page.getByRole('link', { name: /€1,850\.00/ }).click()
  await page.getByText('refused by').waitFor()
  await shot('hold-refused')
}

async function tourPeople({ page, press, shot, open }) {
  await open('activations')
  await page.getByText('Codes you make appear here').waitFor()
  await shot('activations')
  await page.getByLabel('Customer').fill('jonas')
  await page.getByLabel('Phone number on file').fill('+44 20 7946 0042')
  await press('Make code')
  await page.getByText('Tell the customer').waitFor()
  await shot('activation')
  await open('devices')
  await page.getByRole('table').waitFor()
  await shot('devices')
  await open('devices?user=stranger')
  await page.getByText('stranger has no device.').waitFor()
  await shot('devices-nobody')
  await open('devices?user=maria')
  await page.getByRole('link', { name: "Maria's phone" }).click()
  await page.getByText('Device id').waitFor()
  await shot('device')
  await press('Revoke')
  await page.getByRole('dialog').waitFor()
  await shot('device-revoke')
  await page.getByRole('button', { name: /^Revoke Maria/ }).click()
  await page.getByText(/^Removed /).waitFor()
  await shot('device-removed')
}

async function tourHouse({ page, press, shot, open }, bank) {
  await open('audit')
  await page.getByRole('row').filter({ hasText: 'transfer.held' }).first().getByRole('button').click()
  await page.getByRole('link', { name: 'Devices of maria' }).waitFor()
  await shot('audit')
  await page.keyboard.press('p')
  await page.getByText(/^Paused/).waitFor()
  await page.getByLabel('User').fill('zeppelin')
  await page.getByText('No entry fits').waitFor()
  await shot('audit-nothing')
  await open('health')
  await page.getByRole('row').filter({ hasText: 'wrapping' }).waitFor()
  await shot('health')
  await open('operators')
  await page.getByLabel('Name').fill('carl')
  await press('Add')
  await page.getByText('Your word is noted').waitFor()
  await shot('operators-noted')
  await bank.admin(await bank.operator(colleague), 'POST', '/admin/operators', { name: 'dora' })
  await page.getByLabel('Name').fill('dora')
  await press('Add')
  await page.getByText('Credentials of dora').waitFor()
  await shot('operators-secret')
  await press('I have handed them over')
  await shot('operators')
  await press('Remove dora')
  await page.getByRole('dialog').waitFor()
  await shot('operators-remove')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await shot('keys')
  await page.keyboard.press('Escape')
}

export async function tourDesk(studio) {
  const { bank } = studio
  const pay = await openCustomer(bank)
  const desk = await openDesk(studio)
  const { page, press, shot, signIn } = desk
  await shot('sign-in')
  await signIn({ name: colleague, secret: 'hfo_wrong' })
  await page.getByText('Name or secret is wrong.').waitFor()
  await shot('sign-in-refused')
  await bank.operator(colleague)
  await signIn(await bank.firstOperator())
  await tourHolds(desk, bank, pay)
  await tourPeople(desk)
  await tourHouse(desk, bank)
  const live = `${desk.address}/api/live`
  await page.route(live, (route) => route.abort())
  await page.reload()
  await page.getByText('The console does not answer.').waitFor()
  await shot('no-answer')
  await page.unroute(live)
  await press('Sign out')
  await page.getByText('You are signed out.').waitFor()
  await shot('signed-out')
  await desk.close()
}
