/** Documents, what protects this user, devices, settings. */
import { passcode, wrong } from './phone.mjs'

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
  await shot('document')
  await press(documents.details)
  await page.getByText(documents.placeText).waitFor()
  await shot('document-details')
  await page.getByRole('switch', { name: documents.away }).click()
  await page.getByRole('switch', { name: documents.away, checked: true }).waitFor()
  await shot('document-kept')
  await press(daily.parts.close)
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
  await press(devices.gone(1))
  await shot('devices-removed')
  await press(daily.parts.back)
}

async function tourSettings(phone) {
  const { page, words, choose, press, at, shot, type } = phone
  const { settings, start, approval, daily } = words
  await choose(daily.more.settings)
  await shot('settings')
  await choose(settings.about)
  await shot('about')
  await press(daily.parts.back)
  await choose(settings.change)
  await at(start.passcode.change)
  await shot('passcode-change')
  await type('947281', start.passcode.next)
  await at(start.passcode.repeat)
  await type('947281', start.passcode.set)
  await Promise.race([at(settings.changed), at(approval.ask.step_up)])
  if ((await page.getByRole('heading', { name: approval.ask.step_up }).count()) > 0) {
    await shot('passcode-ask')
    await type(wrong, approval.ask.send)
    await page.getByText(settings.oldWrong).waitFor()
    await shot('passcode-old-wrong')
    await type('947281', start.passcode.next)
    await at(start.passcode.repeat)
    await type('947281', start.passcode.set)
    await at(approval.ask.step_up)
    await type(passcode, approval.ask.send)
  }
  await at(settings.changed)
  await shot('passcode-changed')
  await press(settings.done)
  await choose(settings.leave)
  await at(settings.leaveTitle)
  await shot('leave')
  await press(daily.parts.cancel)
  await press(daily.parts.back)
}

export async function tourSecurity(phone) {
  const { page, words, tab, choose, press, shot, snap, line, at } = phone
  const { security, daily } = words
  await shot('home-look', { whole: false })
  await tab(daily.tabs.more)
  await tourDocuments(phone)
  line.hang()
  await choose(daily.more.security)
  await snap('security-loading')
  line.mend()
  await at(security.title)
  await page.getByText(security.asked.yes).waitFor()
  await shot('security-look')
  await press(daily.parts.back)
  await tourDevices(phone)
  await choose(daily.more.security)
  await page.getByText(security.state.good).or(page.getByText(security.asked.yes)).first().waitFor()
  await shot('security')
  await press(daily.parts.back)
  await tourSettings(phone)
}
