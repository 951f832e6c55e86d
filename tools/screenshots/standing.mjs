/** Where the app is not open: locked, paused, without a connection, and at its end. */
import { cpSync } from 'node:fs'
import path from 'node:path'
import { digitsOf, openPhone, passcode, wrong } from './phone.mjs'
import { arrive, bind, newestDevice } from './start.mjs'

const lock = ({ words, press }) => press(words.daily.home.lock)

async function tourUnlock(phone) {
  const { page, words, at, type, shot, snap, line } = phone
  const { unlock } = words.start
  await lock(phone)
  await at(unlock.title)
  await page.keyboard.type('73')
  await shot('locked')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Backspace')
  await type(wrong, unlock.send)
  await page.getByText(words.errors.passcode_wrong).waitFor()
  await shot('locked-refused')
  line.hang()
  await type(passcode, unlock.send)
  await page.getByText(unlock.busy).waitFor()
  await snap('locked-busy')
  line.mend()
  await page.getByRole('tab', { name: words.daily.tabs.home }).waitFor()
}

async function tourOffline(phone) {
  const { page, words, at, type, press, shot, line } = phone
  const { unlock } = words.start
  await page.getByText(words.daily.home.latest, { exact: true }).waitFor()
  await lock(phone)
  await at(unlock.title)
  line.tear()
  await type(passcode, unlock.send)
  await page.getByText(unlock.offline).waitFor()
  await shot('no-connection')
  await press(unlock.offline)
  await at(words.offline.title)
  await shot('offline')
  line.mend()
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await page.getByText(words.offline.back).waitFor()
  await shot('offline-back', { whole: false })
  await press(words.offline.unlock)
  await at(unlock.title)
}

async function tourPaused(phone) {
  const { page, words, at, type, press, shot } = phone
  const { unlock, forgotten } = words.start
  const paused = page.getByRole('heading', { name: unlock.waiting })
  const refused = page.getByText(words.errors.passcode_wrong)
  for (let tries = 0; tries < 12 && (await paused.count()) === 0; tries++) {
    await type(wrong, unlock.send)
    await paused.or(refused).first().waitFor()
  }
  await shot('paused')
  await press(unlock.forgot)
  await at(forgotten.title)
  await shot('forgotten')
  await press(forgotten.yes)
  await at(words.standing.conditions.forgotten.title)
  await shot('ended-forgotten')
}

/** Ended by the bank while it is open: the next thing it asks for says so. */
async function tourEnded(phone, condition, end) {
  const { words, at, press, tab, shot, studio } = phone
  await press(words.standing.activate)
  await bind(phone, 'maria')
  await arrive(phone, false)
  await end(await newestDevice(studio.bank, 'maria'))
  await tab(words.daily.tabs.cards)
  await at(words.standing.conditions[condition].title)
  await shot(`ended-${condition}`)
}

/** Closed between code and passcode. */
async function tourUnfinished(phone) {
  const { page, words, at, press, shot, studio } = phone
  const { start } = words
  await press(words.standing.activate)
  await at(start.welcome.title)
  await shot('welcome-again')
  await press(start.welcome.begin)
  await page.getByRole('textbox', { name: start.code.label }).fill(await studio.bank.activate('maria'))
  await press(start.code.send)
  await page.getByTestId('check-phrase').waitFor()
  await page.getByLabel(start.text.label).fill(await digitsOf(studio.bank))
  await press(start.text.send)
  await at(start.passcode.title)
  await page.reload()
  await at(start.unlock.unfinished)
  await shot('unfinished')
}

export async function tourStanding(phone) {
  const { bank } = phone.studio
  await tourUnlock(phone)
  await tourOffline(phone)
  await tourPaused(phone)
  const operator = await bank.firstOperator()
  await tourEnded(phone, 'revoked', (device) => bank.revoke(device))
  await tourEnded(phone, 'wiped', (device) => bank.admin(operator, 'POST', `/admin/devices/${device}/wipe`))
  await tourUnfinished(phone)
}

/** The profile is copied while it is closed; the copy is opened first. */
export async function tourCloned(studio) {
  const first = await openPhone(studio, 'cloned')
  await bind(first, 'maria')
  await arrive(first, false)
  await first.close()
  const profile = `${first.profile}-copy`
  cpSync(path.join(studio.profiles, first.profile), path.join(studio.profiles, profile), { recursive: true })
  const copy = await openPhone(studio, 'cloned', { profile })
  await copy.type(passcode, copy.words.start.unlock.send)
  await copy.page.getByRole('tab', { name: copy.words.daily.tabs.home }).waitFor()
  await copy.close()
  const again = await openPhone(studio, 'cloned', { profile: first.profile })
  await again.type(passcode, again.words.start.unlock.send)
  await again.at(again.words.standing.conditions.cloned.title)
  await again.shot('ended-cloned')
  await again.close()
}
