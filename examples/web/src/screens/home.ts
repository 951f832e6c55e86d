import { type App, openSession } from '../app.ts'
import { busy } from '../busy.ts'
import { alertLine, button, el } from '../dom.ts'
import { words } from '../words.ts'
import { navigation } from './nav.ts'

const { home } = words

type Transfer = { readonly id: number; readonly from: string; readonly to: string; readonly cents: number }
/** What the app shows, and keeps in the vault to show at once the next time. */
type Books = {
  readonly user: string
  readonly cents: number
  readonly transfers: Transfer[]
  readonly at: number
}

const money = (cents: number): string =>
  new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' }).format(cents / 100)
const moment = (at: number): string =>
  new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }).format(at)

async function fetchBooks(app: App): Promise<Books> {
  const session = openSession(app)
  const read = async (path: string): Promise<never> => (await session.fetch(path)).json() as Promise<never>
  const [account, { transfers }] = await Promise.all([
    read('/accounts') as Promise<{ user: string; cents: number }>,
    read('/transfers') as Promise<{ transfers: Transfer[] }>,
  ])
  const books = { ...account, transfers, at: Date.now() }
  const text = JSON.stringify(books)
  await session.vault.preferences.set('books', text)
  await session.vault.offline?.put('books', text)
  return books
}

async function keptBooks({ session, offline }: App): Promise<Books | null> {
  const text =
    session === null ? await offline?.last.get('books') : await session.vault.preferences.get('books')
  return typeof text === 'string' ? (JSON.parse(text) as Books) : null
}

function row(user: string, { from, to, cents }: Transfer): HTMLElement {
  const out = from === user
  return el(
    'li',
    {},
    el('span', {}, out ? home.to(to) : home.from(from)),
    el('span', { class: out ? 'sum' : 'sum in' }, money(out ? -cents : cents)),
  )
}

function showBooks(view: HTMLElement, { user, cents, transfers }: Books, badge: string, kind: string): void {
  const rows = transfers.toReversed().slice(0, 5)
  view.replaceChildren(
    el('h1', { tabindex: -1 }, home.title(user)),
    el(
      'div',
      { class: 'card balance' },
      el('p', {}, home.balance),
      el('p', { class: 'money' }, money(cents)),
      el('p', { class: `badge ${kind}`, role: 'status' }, badge),
    ),
    el('h2', {}, home.transfers),
    rows.length === 0
      ? el('p', { class: 'hint' }, home.none)
      : el('ul', { class: 'rows card' }, ...rows.map((transfer) => row(user, transfer))),
  )
}

export async function homeScreen(app: App): Promise<HTMLElement> {
  const { view: alert, tell } = alertLine()
  const books = el('div', { class: 'books' }, el('h1', { tabindex: -1 }, home.balance))
  const view = el('section', { class: 'screen home' }, books, alert)
  const kept = await keptBooks(app).catch(() => null)
  if (app.session === null) {
    if (kept !== null) showBooks(books, kept, home.offline(moment(kept.at)), 'offline')
    view.append(
      button(home.reconnect, () => {
        app.offline?.lock()
        app.offline = null
        void app.go('locked')
      }),
    )
    return view
  }

  async function refresh(): Promise<void> {
    tell('')
    try {
      showBooks(books, await busy(home.busy, () => fetchBooks(app)), home.fresh, 'fresh')
    } catch (error) {
      await app.failed(error, tell)
    }
  }
  if (kept !== null) showBooks(books, kept, home.saved, 'saved')
  view.append(
    button(home.refresh, () => void refresh(), { kind: 'plain' }),
    navigation(app, 'home'),
  )
  if (kept === null) await refresh()
  else void refresh()
  return view
}
