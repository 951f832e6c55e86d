/** The page of the browser rows; the process that opened it calls `start` and `obey`, and brings what a bank sends. */

import { createClient } from '@holdfast/client'
import type { Client, Platform, Session } from '@holdfast/client'
import { webPlatform } from '@holdfast/client/web'
import { enrol, passcode, secure } from './enrol.ts'
import type { Bank } from './enrol.ts'
import { obey, prefixed } from './order.ts'
import type { Acts, PhoneOrder } from './order.ts'
import { bareSignActs, fetchActs } from './signing.ts'
import { sqlActs } from './sql.ts'
import { stretchActs } from './stretch.ts'
import { timedPlatform } from './timed-platform.ts'
import type { TimedPlatform } from './timed-platform.ts'
import { unlockActs } from './unlock.ts'
import { webFileActs } from './web-files.ts'
import { openPlain } from './web-sql.ts'

interface Phone {
  readonly client: Client
  readonly timer: TimedPlatform
}
type Suites = Platform['crypto']['hpke']['suites']

const { origin } = location
const bank = globalThis as unknown as Bank

/** A phone of its own, as far as its storage goes. It seals with these suites alone, its calls to the service too. */
function phone(name: string, trust: readonly string[], suites: Suites): Phone {
  const own = webPlatform({ name })
  const { crypto: port } = own
  const timer = timedPlatform({ ...own, crypto: { ...port, hpke: { ...port.hpke, suites } } })
  return { timer, client: createClient({ origin, trust, platform: timer.platform, idleSeconds: 0 }) }
}

async function signing({ client, timer }: Phone, name: string, sealed: boolean): Promise<Acts> {
  return prefixed(name, fetchActs(await enrol(client, bank, name), timer, sealed))
}

async function sql(session: Session): Promise<Acts> {
  const port = webPlatform({ name: 'plain' }).sql
  if (port === null) throw new TypeError('no SQL in this browser')
  const plain = await openPlain(port, 'plain-sql')
  return { ...prefixed('sql plain', sqlActs(plain)), ...prefixed('sql vault', sqlActs(session.vault.sql)) }
}

let acts: Acts = {}

Object.assign(globalThis, {
  async start(trust: readonly string[]): Promise<void> {
    if (!crossOriginIsolated) throw new Error('this page cannot measure microseconds')
    const unlocking = phone('unlocking', trust, [])
    const first = await secure(unlocking.client, bank, 'unlocking')
    await first.enablePresence()
    // Stays open.
    const storing = await secure(phone('storing', trust, []).client, bank, 'storing')
    acts = {
      ...stretchActs(unlocking.timer.platform),
      ...prefixed('unlock', unlockActs(unlocking.client, unlocking.timer, passcode)),
      ...(await bareSignActs(storing)),
      ...(await signing(phone('signed', trust, []), 'signed', false)),
      ...(await signing(phone('x25519', trust, ['x25519']), 'x25519', true)),
      ...(await signing(phone('x-wing', trust, ['x-wing']), 'x-wing', true)),
      ...(await sql(storing)),
      ...prefixed('file', webFileActs(storing.vault.files)),
    }
  },
  obey: (order: PhoneOrder) => obey(acts, order),
})
