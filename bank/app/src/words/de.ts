import { approval } from './de/approval.ts'
import { cards } from './de/cards.ts'
import { daily } from './de/daily.ts'
import { devices } from './de/devices.ts'
import { documents } from './de/documents.ts'
import { errors } from './de/errors.ts'
import { held } from './de/held.ts'
import { offline } from './de/offline.ts'
import { orders } from './de/orders.ts'
import { payees } from './de/payees.ts'
import { scan } from './de/scan.ts'
import { security } from './de/security.ts'
import { settings } from './de/settings.ts'
import { standing } from './de/standing.ts'
import { start } from './de/start.ts'
import { transfer } from './de/transfer.ts'
import type { Words } from './en.ts'

export const de: Words = {
  start,
  daily,
  approval,
  standing,
  errors,
  transfer,
  payees,
  held,
  orders,
  cards,
  scan,
  documents,
  devices,
  security,
  settings,
  offline,
}
