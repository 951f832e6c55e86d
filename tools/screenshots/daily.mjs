/** What people open the app for: home, accounts, cards. */

async function tourAccount({ page, words, choose, press, shot, snap, line, settle }) {
  const { account, categories, parts } = words.daily
  line.hang()
  await choose('Everyday')
  await snap('account-loading')
  line.tear()
  await page.getByText(parts.failed).waitFor()
  await shot('account-error')
  line.mend()
  await press(parts.again)
  await page.getByText(account.more).waitFor()
  await shot('account')
  await page.getByLabel(account.search).fill('nordlicht')
  await page
    .getByRole('button', { name: /^Studio Nordlicht/ })
    .first()
    .waitFor()
  await settle()
  await shot('account-found')
  await page
    .getByRole('button', { name: /^Studio Nordlicht/ })
    .first()
    .click()
  await page.getByText(account.after).waitFor()
  await shot('account-payment')
  await press(parts.close)
  await page.getByLabel(account.search).fill('zeppelin')
  await page.getByText(account.noneText).waitFor()
  await shot('account-nothing')
  await press(parts.clear)
  await page.getByText(account.more).waitFor()
  await page.getByRole('radio', { name: categories.eating_out }).click()
  await page.getByRole('radio', { name: categories.eating_out, checked: true }).waitFor()
  await shot('account-category', { whole: false })
  await press(parts.back)
}

async function tourCards({ page, words, tab, press, button, shot, snap, line }) {
  const { cards, daily } = words
  line.hang()
  await tab(daily.tabs.cards)
  await snap('cards-loading')
  line.mend()
  await button(cards.freeze).first().waitFor()
  await shot('cards')
  await button(cards.freeze).first().click()
  await button(cards.thaw).waitFor()
  await shot('cards-frozen', { whole: false })
  await button(cards.pin).first().click()
  await page.getByText(cards.never).waitFor()
  await shot('cards-pin')
  await press(cards.hide)
  line.tear()
  await button(cards.pin).first().click()
  await page.getByText(words.errors.offline).waitFor()
  await shot('cards-pin-error')
  line.mend()
  await press(cards.thaw)
  await button(cards.thaw).waitFor({ state: 'detached' })
}

export async function tourDaily(phone) {
  const { page, words, tab, choose, press, shot } = phone
  const { tabs, home, parts } = words.daily
  await page.getByText(home.spending).waitFor()
  await shot('home')
  await page
    .getByRole('list', { name: home.latest })
    .or(page.getByLabel(home.latest))
    .getByRole('button')
    .first()
    .click()
  await shot('home-payment')
  await press(parts.close)
  await tourAccount(phone)
  await choose('Savings')
  await page.getByRole('heading', { name: 'Savings' }).waitFor()
  await shot('savings', { whole: false })
  await press(parts.back)
  await tab(tabs.payments)
  await shot('payments')
  await tourCards(phone)
  await tab(tabs.more)
  await shot('more')
  await tab(tabs.home)
}
