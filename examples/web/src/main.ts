/** A bank's app, as small as it gets with everything in it that an app on Holdfast needs. */
import { type Condition, createClient, HoldfastError } from '@holdfast/client'
import { webPlatform } from '@holdfast/client/web'
import type { App, Place, Screen } from './app.ts'
import { askFactor } from './prompt.ts'
import { chooseScreen } from './screens/choose.ts'
import { endedScreen, troubleScreen } from './screens/standing.ts'
import { homeScreen } from './screens/home.ts'
import { lockedScreen } from './screens/locked.ts'
import { offerScreen } from './screens/offer.ts'
import { securityScreen } from './screens/security.ts'
import { textScreen } from './screens/text.ts'
import { welcomeScreen } from './screens/welcome.ts'
import { errorWords } from './words.ts'

const screens: Readonly<Record<Place, Screen>> = {
  welcome: welcomeScreen,
  text: textScreen,
  choose: chooseScreen,
  offer: offerScreen,
  locked: lockedScreen,
  home: homeScreen,
  security: securityScreen,
  ended: endedScreen,
  trouble: troubleScreen,
}

const places: Readonly<Record<Condition, Place>> = {
  new: 'welcome',
  enrolling: 'text',
  locked: 'locked',
  open: 'home',
  waiting: 'locked',
  presence_lost: 'locked',
  blocked: 'ended',
  wiped: 'ended',
  forgotten: 'ended',
  cloned: 'ended',
  suspended: 'ended',
  revoked: 'ended',
  key_missing: 'trouble',
  unreadable: 'trouble',
  rolled_back: 'trouble',
  damaged: 'trouble',
  clock_wrong: 'trouble',
  evicted: 'trouble',
}

function sentence(error: unknown): string {
  return error instanceof HoldfastError ? errorWords[error.code] : errorWords.internal_error
}

async function start(): Promise<void> {
  const built = await fetch('/app.json', { cache: 'no-store' })
  const { origin, trust } = (await built.json()) as { origin: string; trust: string[] }
  const main = document.querySelector('main') as HTMLElement
  let here: Place | null = null
  const client = createClient({
    origin,
    trust,
    platform: webPlatform({ name: 'demo-bank' }),
    prompt: (need) => askFactor(need),
  })

  const app: App = {
    client,
    session: null,
    pending: null,
    offline: null,
    changing: false,
    async go(place): Promise<void> {
      here = place
      const view = await screens[place](app)
      if (here !== place) return
      main.replaceChildren(view)
      view.querySelector('h1')?.focus({ preventScroll: true })
      scrollTo(0, 0)
    },
    async stand(): Promise<void> {
      const { state } = await client.condition()
      await app.go(places[state])
    },
    async failed(error, tell): Promise<void> {
      const { state } = await client.condition()
      const place = places[state]
      const moved = place === 'ended' || place === 'trouble' || state === 'waiting'
      const lost = place === 'locked' && (here === 'home' || here === 'security')
      if ((moved || lost) && (here !== place || state === 'waiting')) return app.go(place)
      tell(sentence(error))
    },
  }
  // Nobody comes back to an open page by the browser's "back".
  addEventListener('pagehide', () => void client.lock())
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) void app.stand()
  })
  await app.stand()
}

await start()
