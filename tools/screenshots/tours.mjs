/** What is walked through, in this order. Each has a bank with a seeded year, and the phone it needs. */
import { tourDaily } from './daily.mjs'
import { tourDesk } from './desk.mjs'
import { tourEmpty, tourHeld } from './held.mjs'
import { tourKnown, tourMoney } from './money.mjs'
import { tourSecurity } from './security.mjs'
import { tourCloned, tourStanding } from './standing.mjs'
import { tourNobody, tourStart, withPhone } from './start.mjs'

const onPhone =
  (tour, act, options = {}) =>
  (studio) =>
    withPhone(studio, tour, options, act)

async function tourBoth(phone) {
  await tourDaily(phone)
  await tourKnown(phone)
}

export const tours = {
  start: (studio) => tourStart(studio),
  daily: onPhone('daily', tourDaily),
  money: onPhone('money', tourMoney),
  held: onPhone('held', tourHeld),
  security: onPhone('security', tourSecurity),
  standing: onPhone('standing', tourStanding),
  cloned: tourCloned,
  empty: onPhone('empty', tourEmpty, { user: 'jonas' }),
  nobody: tourNobody,
  'german-start': (studio) => tourStart(studio, 'german-start', { language: 'de' }),
  german: onPhone('german', tourBoth, { language: 'de' }),
  'large-start': (studio) => tourStart(studio, 'large-start', { large: true }),
  large: onPhone('large', tourBoth, { large: true }),
  desk: tourDesk,
}
