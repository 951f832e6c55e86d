/** From the first screen to Home. */
import { digitsOf, passcode } from './phone.mjs'

async function enterCode({ page, words: { start }, press }, code) {
  await page.getByRole('textbox', { name: start.code.label }).fill(code)
  await press(start.code.send)
}
async function enterDigits({ page, words: { start }, press }, digits) {
  await page.getByLabel(start.text.label).fill(digits)
  await press(start.text.send)
}

/** Without pictures: to the offer of a finger. */
export async function bind(phone, bank, user, name) {
  const { page, words, at, press, type } = phone
  const { start } = words
  await press(start.welcome.begin)
  if (name !== undefined) await page.getByLabel(start.code.device).fill(name)
  await enterCode(phone, await bank.activate(user))
  await page.getByTestId('check-phrase').waitFor()
  await enterDigits(phone, await digitsOf(bank))
  await at(start.passcode.title)
  await type(passcode, start.passcode.next)
  await at(start.passcode.repeat)
  await type(passcode, start.passcode.set)
  await at(start.finger.title)
}

/** Home, with a finger or without. */
export async function arrive(phone, finger) {
  const { page, words, press } = phone
  await press(finger ? words.start.finger.yes : words.start.finger.no)
  await page.getByRole('tab', { name: words.daily.tabs.home }).waitFor()
}

async function tourCode(phone, bank) {
  const { page, words, at, press, shot, snap, line } = phone
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
  await enterCode(phone, await bank.activate('maria'))
  await page.getByText(start.code.busy).waitFor()
  await snap('code-busy')
  line.mend()
}

async function tourText(phone, bank) {
  const { page, words, shot } = phone
  await page.getByTestId('check-phrase').waitFor()
  await shot('text')
  await enterDigits(phone, '000000')
  await page.getByText(words.errors.text_refused).waitFor()
  await shot('text-refused')
  await enterDigits(phone, await digitsOf(bank))
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
export async function tourStart(phone, bank) {
  const { page, words, at, press, shot, snap, line } = phone
  const { start, daily } = words
  await at(start.welcome.title)
  await shot('welcome')
  await press(start.welcome.scan)
  await at(start.welcome.scan)
  await page.getByRole('alert').waitFor()
  await shot('scan-refused')
  await press(daily.parts.back)
  await tourCode(phone, bank)
  await tourText(phone, bank)
  await tourPasscode(phone)
  await at(start.finger.title)
  await shot('finger')
  line.hang()
  await arrive(phone, false)
  await snap('home-loading')
  line.tear()
  await page.getByText(daily.parts.failed).waitFor()
  await shot('home-error')
  line.mend()
  await press(daily.parts.again)
  await page.getByText(daily.home.latest, { exact: true }).waitFor()
}
