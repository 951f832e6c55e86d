/** Documents, what protects this user, devices, settings. */
import { openPhone, passcode, wrong } from './phone.mjs'
import { arrive, bind } from './start.mjs'

async function tourDocuments(phone) {
  const { page, words, choose, press, at, shot, snap, line } = phone
  const { documents, daily } = words
  line.hang()
  await choose(daily.more.documents)
  await snap('documents-loading')
  line.mend()
  await page.getByRole('radio', { name: documents.kinds.statement }).waitFor()
  await shot('documents')
  line.hang()
  await page.getByRole('list').getByRole('button').first().click()
  await page.getByText(documents.fetching).waitFor()
  await snap('document-loading')
  line.mend()
  await page.getByText(documents.placeShort).waitFor()
  await press(documents.details)
  await page.getByText(documents.placeText).waitFor()
  await shot('document-details')
  await page.getByRole('switch', { name: documents.away }).click()
  await page.getByRole('switch', { name: documents.away, checked: true }).waitFor()
  await shot('document-kept')
  await press(daily.parts.close)
  await shot('document')
  await press(daily.parts.back)
  await page.getByText(documents.stored(1)).waitFor()
  await shot('documents-stored')
  await page.getByRole('radio', { name: documents.kinds.contract }).click()
  await shot('documents-contracts')
  await press(daily.parts.back)
  await at(daily.more.title)
}

/** Another phone of hers has been bound meanwhile. */
async function tourDevices(phone) {
  const { page, words, choose, press, at, shot, snap, line } = phone
  const { security, devices, daily } = words
  line.hang()
  await choose(daily.more.devices)
  await snap('devices-loading')
  line.mend()
  await page.getByText(security.asked.yes).waitFor()
  await shot('devices')
  await press(security.asked.no)
  await at(security.asked.title)
  await shot('devices-not-me')
  await press(daily.parts.close)
  await choose('Old phone')
  await at('Old phone')
  await shot('device')
  await press(devices.remove)
  await at(devices.sure('Old phone'))
  await shot('device-remove')
  await press(devices.yes)
  await page.getByText(devices.removed('Old phone')).waitFor()
  await page.getByRole('button').filter({ visible: true }).last().click()
  await page.getByText(devices.goneTitle, { exact: true }).waitFor()
  await shot('devices-removed')
  await press(daily.parts.back)
}

async function tourSettings(phone) {
  const { page, words, choose, press, at, shot } = phone
  const { settings, daily } = words
  await choose(daily.more.settings)
  await shot('settings')
  await choose(settings.about)
  await shot('about')
  await press(daily.parts.back)
  await choose(settings.leave)
  await at(settings.leaveTitle)
  await shot('leave')
  await press(daily.parts.cancel)
  await tourPasscode(phone)
  await press(settings.done)
  await page.getByRole('radio', { name: 'Deutsch' }).click()
  await shot('settings-german')
}

/** Opened by finger, so that the passcode there was is asked for. */
async function tourPasscode({ page, words, choose, press, at, shot, type }) {
  const { settings, start, approval } = words
  async function repeat() {
    await at(start.passcode.repeat)
    await type('947281', start.passcode.set)
    await at(approval.ask.step_up)
  }
  await choose(settings.lock)
  await at(start.unlock.title)
  await press(start.unlock.finger)
  await page.getByRole('tab', { name: words.daily.tabs.more }).click()
  await choose(words.daily.more.settings)
  await choose(settings.change)
  await at(start.passcode.change)
  await shot('passcode-change')
  await type('947281', start.passcode.next)
  await repeat()
  await shot('passcode-ask')
  await type(wrong, approval.ask.send)
  await page.getByText(settings.oldWrong).waitFor()
  await shot('passcode-old-wrong')
  await repeat()
  await type(passcode, approval.ask.send)
  await at(settings.changed)
  await shot('passcode-changed')
}

export async function tourSecurity(phone) {
  const { page, words, tab, choose, press, shot, snap, line, at, studio } = phone
  const { security, daily } = words
  await tab(daily.tabs.more)
  await tourDocuments(phone)
  line.hang()
  await choose(daily.more.security)
  await snap('security-loading')
  line.mend()
  await at(security.title)
  await page.getByText(security.state.good).waitFor()
  await shot('security')
  await press(daily.parts.back)
  const other = await openPhone(studio, 'other')
  await bind(other, 'maria', 'Old phone')
  await arrive(other, false)
  await other.close()
  await tab(daily.tabs.home)
  await page.getByText(security.state.look(1)).waitFor()
  await shot('home-look', { whole: false })
  await choose(security.state.look(1))
  await page.getByText(security.asked.yes).waitFor()
  await shot('security-look')
  await press(daily.parts.back)
  await tab(daily.tabs.more)
  await tourDevices(phone)
  await tourSettings(phone)
}
