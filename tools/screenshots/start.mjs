/** From the first screen to Home. */
import { digitsOf, openPhone, passcode } from './phone.mjs'

async function enterCode({ page, words: { start }, press }, code) {
  await page.getByRole('textbox', { name: start.code.label }).fill(code)
  await press(start.code.send)
}
async function enterDigits({ page, words: { start }, press }, digits) {
  await page.getByLabel(start.text.label).fill(digits)
  await press(start.text.send)
}

/** Without pictures: to the offer of a finger. `name`: what the phone is called. */
export async function bind(phone, user, name) {
  const { page, words, at, press, type, studio } = phone
  const { start } = words
  await press(start.welcome.begin)
  if (name !== undefined) await page.getByLabel(start.code.device).fill(name)
  await enterCode(phone, await studio.bank.activate(user))
  await page.getByTestId('check-phrase').waitFor()
  await enterDigits(phone, await digitsOf(studio.bank))
  await at(start.passcode.title)
  await type(passcode, start.passcode.next)
  await at(start.passcode.repeat)
  await type(passcode, start.passcode.set)
  await at(start.finger.title)
}

/** Home, with a finger or without. */
export async function arrive({ page, words, press, settle }, finger) {
  await press(finger ? words.start.finger.yes : words.start.finger.no)
  await page.getByRole('tab', { name: words.daily.tabs.home }).waitFor()
  await settle()
}

/** A phone at Home for the length of a tour; then it is taken off the account, which holds five at most. */
export async function withPhone(studio, tour, { user = 'maria', name, ...options }, act) {
  const phone = await openPhone(studio, tour, options)
  await bind(phone, user, name)
  const device = await newestDevice(studio.bank, user)
  await arrive(phone, true)
  await act(phone)
  await phone.close()
  await studio.bank.revoke(device)
}

export async function newestDevice(bank, user) {
  const { json } = await bank.admin(await bank.firstOperator(), 'GET', `/admin/devices?user=${user}`)
  return json.devices.find(({ revoked, suspended }) => revoked === null && suspended === null).id
}

async function tourCode(phone) {
  const { page, words, at, press, shot, snap, line, studio } = phone
  const { start } = words
  await press(start.welcome.begin)
  await at(start.code.title)
  await shot('code')
  await enterCode(phone, '7K3M-9QX')
  await page.getByText(words.errors.code_mistyped).waitFor()
  await shot('code-mistyped')
  await enterCode(phone, '7K3M-9QXT-4WDZ-81CN-6HF2')
  await page.getByText(words.errors.code_refused).waitFor()
  await shot('code-refused')
  line.hang()
  await enterCode(phone, await studio.bank.activate('maria'))
  await page.getByText(start.code.busy).waitFor()
  await snap('code-busy')
  line.mend()
}

async function tourText(phone) {
  const { page, words, shot, studio } = phone
  await page.getByTestId('check-phrase').waitFor()
  await shot('text')
  await enterDigits(phone, '000000')
  await page.getByText(words.errors.text_refused).waitFor()
  await shot('text-refused')
  await enterDigits(phone, await digitsOf(studio.bank))
}

async function tourPasscode(phone) {
  const { page, words, at, press, type, shot, snap } = phone
  const { passcode: said } = words.start
  await at(said.title)
  await shot('passcode')
  await type('123456')
  await page.getByText(said.weak.sequence).waitFor()
  await shot('passcode-weak')
  await press(words.daily.parts.letters)
  await page.getByLabel(words.daily.parts.passcode).fill('tugboat lantern')
  await shot('passcode-letters')
  await press(words.daily.parts.numbers)
  await type(passcode, said.next)
  await at(said.repeat)
  await shot('passcode-again')
  await type('111222', said.set)
  await page.getByText(said.differs).waitFor()
  await shot('passcode-differs')
  await type(passcode, said.next)
  await at(said.repeat)
  await type(passcode, said.set)
  await page.getByText(said.busy).waitFor()
  await snap('passcode-busy')
}

/** Every screen of the set-up, and Home before there is anything on it. */
export async function tourStart(studio, tour = 'start', options = {}) {
  const phone = await openPhone(studio, tour, options)
  const { page, words, at, press, shot, snap, line, settle } = phone
  const { start, daily } = words
  await at(start.welcome.title)
  await shot('welcome')
  await press(start.welcome.scan)
  await at(start.welcome.scan)
  await page.getByRole('alert').waitFor()
  await shot('scan-refused')
  await press(daily.parts.back)
  await tourCode(phone)
  await tourText(phone)
  await tourPasscode(phone)
  await at(start.finger.title)
  await shot('finger')
  line.hang()
  await press(start.finger.no)
  await page.getByRole('tab', { name: daily.tabs.home }).waitFor()
  await snap('home-loading')
  line.tear()
  await page.getByText(daily.parts.failed).waitFor()
  await shot('home-error')
  line.mend()
  await press(daily.parts.again)
  await page.getByText(daily.home.latest, { exact: true }).waitFor()
  await settle()
  await phone.close()
  await studio.bank.revoke(await newestDevice(studio.bank, 'maria'))
}

/** Somebody with a phone and no account. */
export async function tourNobody(studio) {
  const phone = await openPhone(studio, 'nobody')
  await bind(phone, 'nobody')
  await arrive(phone, false)
  await phone.page.getByText(phone.words.errors.no_customer).waitFor()
  await phone.shot('home')
  await phone.close()
}
