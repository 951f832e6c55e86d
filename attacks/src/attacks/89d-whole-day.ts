/** After a whole day at the bank, everything that was written down anywhere is searched for what it must not say. */
import { type Attack, harmless, type Outcome, type Setting } from '../attack.ts'
import { type Day, liveDay } from '../bank-day.ts'
import { type Ledger, withLedger } from '../ledger.ts'
import { routes, transfers } from '../payment-settings.ts'
import type { Target } from '../target.ts'

const from = { name: 'from', label: 'From', type: 'id', unshown: true } as const
const transferRoutes = routes
  .filter(({ path }) => path === '/pay')
  .map(({ approve, methods }) => {
    return { path: '/transfers', methods, approve: { ...approve, fields: [...approve.fields, from] } }
  })

const setting: Setting = { store: 'cluster', config: { transfers, routes: transferRoutes } }

/** Where somebody reads who is neither the customer nor the ledger. */
async function written(target: Target, ledger: Ledger): Promise<Readonly<Record<string, string>>> {
  return {
    'log and metrics': await target.publicWords(),
    'ledger’s log': ledger.words(),
    outbox: await target.outbox(),
    database: await target.dump(),
    audit: await target.audit(),
  }
}

function leakOf(places: Readonly<Record<string, string>>, { secrets, pin }: Day): string | false {
  for (const [place, text] of Object.entries(places)) {
    if (text === '') throw new Error(`nothing is written in the ${place}`)
    const found = Object.entries(secrets).find(([, secret]) => text.includes(secret))
    if (found !== undefined) return `the ${found[0]} can be read in the ${place}`
  }
  const logs = `${places['log and metrics']}\n${places['ledger’s log']}`
  return new RegExp(`"${pin}"|pin\\W+${pin}`, 'i').test(logs) && 'the PIN can be read in a log'
}

export const attack: Attack = {
  id: '89d-whole-day',
  title: 'Search everything that is written down for who paid whom, and with what',
  power: 'reads logs, metrics, outbox, audit and a dump of the gateway’s database',
  gain: 'what customers own and pay, their passcodes, tokens and PINs',
  requirement: 'X2',
  section: '9.5',
  expect: 'harmless',
  weaken: {
    file: 'server/approval-record.js',
    text: 'return keys.seal(contextOf(what, place), utf8(text));',
    instead: 'return text;',
    also: [
      {
        file: 'server/approval-record.js',
        text: 'return fromUtf8(keys.open(contextOf(what, place), sealed));',
        instead: 'return sealed;',
      },
    ],
  },
  setting,
  watchesBackend: true,
  run: (target: Target): Promise<Outcome> =>
    withLedger(target, async (ledger) => {
      const day = await liveDay(target)
      return harmless(leakOf(await written(target, ledger), day))
    }),
}
