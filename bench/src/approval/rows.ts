/** The rows of approvals: what one costs its user, what payments with approval and rules cost beside the ledger alone, what reading and judging one take. */

import { postgresUrl, unreachable } from '../database.ts'
import type { CallName, CallTarget, HttpTarget, PhoneTarget, Running, Target, Traffic } from '../target.ts'
import type { DirectTraffic } from './direct.ts'
import { withoutLedger } from './ledger.ts'
import { startPaying } from './paying.ts'
import { phones } from './payer.ts'
import type { Whose } from './payer.ts'
import type { Asking } from './settings.ts'

/** What stands beside a row of phones: the same request without a form. */
const plain = 'phone: write without approval'
export const ways = ['presence', 'passcode'] as const

function phone(name: string, act: string, ...floor: string[]): PhoneTarget {
  return { kind: 'phone', host: 'approvals', name, act, floor, missing: () => unreachable(postgresUrl) }
}

/** `phone`: what is none of the others. */
const sides = ['phone', 'service']

/** The pieces of one approval, and what is left to the phone, add up to the whole; `service` is all that waits for it. */
function roundTrip(way: (typeof ways)[number]): PhoneTarget[] {
  const name = `phone: approval by ${way}`
  const own = way === 'presence' ? ['signature'] : ['first message', 'Argon2id']
  const pieces = ['challenge', ...own, 'proof', 'repeated request']
  return [
    phone(name, `${way} whole`, plain),
    ...pieces.map((piece) => phone(`${name}, of it ${piece}`, `${way} ${piece}`)),
    ...sides.map((side) => phone(`${name}, of it ${side}`, `${way} ${side}`, `${plain}, of it ${side}`)),
  ]
}

const users: Readonly<Record<Whose, string>> = { many: 'many users', one: 'one user' }
const ledgerAlone = (of: Whose): string => `transfers: ledger alone, ${users[of]}`
const patience = 3
const onCores = { kind: 'http', workers: 1, place: 'apart', patience, missing: withoutLedger } as const

function ledgerRow(of: Whose, slow: { slow?: true }): HttpTarget {
  return {
    ...onCores,
    ...slow,
    name: ledgerAlone(of),
    floor: [],
    async start(bench): Promise<Running> {
      const { port, pid, secret, payers } = await bench.ledger()
      const own = of === 'many' ? payers.many : Array.from({ length: phones }, () => payers.one)
      const state: DirectTraffic = { secret, payers: own }
      const maker = new URL('direct.js', import.meta.url).href
      const traffic: Traffic = { kind: 'dialogues', maker, state, callers: phones }
      return { port, pid, traffic: async () => traffic, stop: () => Promise.resolve() }
    },
  }
}

const names: Readonly<Record<Asking, string>> = {
  nothing: 'approval not asked for',
  approval: 'approval',
  'approval and rules': 'approval and rules',
}

function gatewayRow(asking: Asking, of: Whose, slow: { slow?: true }): HttpTarget {
  return {
    ...onCores,
    ...slow,
    name: `transfers: ${names[asking]}, ${users[of]}`,
    floor: [ledgerAlone(of)],
    start: (bench) => startPaying(asking, of, bench),
  }
}

function call(name: string, act: CallName): CallTarget {
  return { kind: 'call', name: `rules: approval, ${name}`, call: act }
}

/** Measured with the servers. */
export const transferTargets: readonly Target[] = [
  ledgerRow('many', {}),
  gatewayRow('nothing', 'many', { slow: true }),
  gatewayRow('approval', 'many', { slow: true }),
  gatewayRow('approval and rules', 'many', {}),
  ledgerRow('one', { slow: true }),
  gatewayRow('approval', 'one', { slow: true }),
  gatewayRow('approval and rules', 'one', { slow: true }),
  call('form of one payment read', 'read-form'),
  call('form of 40 payments read', 'read-batch'),
  call('one payment judged', 'judge'),
]

/** Measured with the phones. */
export const roundTripTargets: readonly PhoneTarget[] = [
  phone(plain, 'plain whole'),
  ...sides.map((side) => phone(`${plain}, of it ${side}`, `plain ${side}`)),
  ...ways.flatMap(roundTrip),
]
