/** The rows of the phone's half, in the order of the table: what they are called, who does them, what they stand beside. */

import { postgresUrl, unreachable } from '../database.ts'
import type { PhoneHost, PhoneTarget } from '../target.ts'
import { findChromium } from './find-chromium.ts'

type OwnHost = Exclude<PhoneHost, 'approvals'>

const places: Readonly<Record<OwnHost, string>> = { node: 'Node', chromium: 'Chromium', logins: 'service' }

async function withoutChromium(): Promise<string | undefined> {
  return findChromium() === null ? 'no Chromium (node tools/chromium.mjs finds or installs one)' : undefined
}

const needs: Readonly<Record<string, () => Promise<string | undefined>>> = {
  chromium: withoutChromium,
  postgres: () => unreachable(postgresUrl),
}

/** Names say where; a floor is that of the same place. */
function row(host: OwnHost, name: string, act: string, ...floor: string[]): PhoneTarget {
  const named = (what: string): string => `${places[host]}: ${what}`
  const missing = needs[act.startsWith('postgres') ? 'postgres' : host]
  const target: PhoneTarget = { kind: 'phone', host, act, name: named(name), floor: floor.map(named) }
  return missing === undefined ? target : { ...target, missing }
}

type Named = readonly [name: string, act: string]

/** A row and those that stand beside it. */
function compared(host: OwnHost, [name, act]: Named, others: readonly Named[]): PhoneTarget[] {
  return [row(host, name, act), ...others.map((other) => row(host, ...other, name))]
}

/** In the order in which a round has to do them: rows are measured together. */
const unlocks: readonly PhoneTarget[] = [
  row('node', 'Argon2id', 'argon2id'),
  row('node', 'unlock by passcode', 'unlock passcode', 'Argon2id'),
  row('node', 'of it Argon2id', 'unlock stretching'),
  row('node', 'of it OPAQUE and signatures', 'unlock opaque'),
  row('node', 'of it the service, first message', 'unlock first message'),
  row('node', 'of it the service, last message', 'unlock last message'),
  row('node', 'of it the service, token', 'unlock token'),
  row('node', 'of it wrap, vault, session', 'unlock vault'),
  row('chromium', 'Argon2id', 'argon2id'),
  row('chromium', 'unlock by passcode', 'unlock passcode', 'Argon2id'),
  row('chromium', 'unlock by passkey', 'unlock presence'),
]

const logins: readonly PhoneTarget[] = [
  row('logins', 'OPAQUE alone, first message', 'library first message'),
  row('logins', 'OPAQUE alone, last message', 'library last message'),
  row('logins', 'login, first message', 'memory first message', 'OPAQUE alone, first message'),
  row('logins', 'login, last message', 'memory last message'),
  row('logins', 'login, token', 'memory token'),
  ...['first message', 'last message', 'token'].map((message) =>
    row('logins', `login, ${message}, PostgreSQL`, `postgres ${message}`, `login, ${message}`),
  ),
]

const requests: readonly PhoneTarget[] = [
  row('chromium', 'WebCrypto sign', 'sign'),
  row('chromium', 'request signed', 'signed fetch', 'WebCrypto sign'),
  row('chromium', 'request signed, sealed X25519', 'x25519 fetch', 'WebCrypto sign'),
  row('chromium', 'request signed, sealed X-Wing', 'x-wing fetch', 'WebCrypto sign'),
]

const sqlWork = [
  ['10,000 inserts at once', 'insert'],
  ['read by key', 'read'],
  ['insert, durable', 'commit'],
] as const

function sql(host: OwnHost, ...databases: string[]): PhoneTarget[] {
  return sqlWork.flatMap(([work, act]) => {
    const named = (database: string): Named => [`${database} SQL, ${work}`, `sql ${database} ${act}`]
    return compared(host, named('plain'), databases.map(named))
  })
}

/** What there are so many of in a second is megabytes here. */
function files(host: OwnHost, ...keepers: Named[]): PhoneTarget[] {
  return ['write', 'read'].flatMap((work) => {
    const named = ([name, act]: Named): Named => [`${name}, ${work}, MB`, `file ${act} ${work}`]
    return compared(host, named(['plain copy', 'plain']), keepers.map(named))
  })
}

export const phoneTargets: readonly PhoneTarget[] = [
  ...unlocks,
  ...logins,
  ...requests,
  ...sql('node', 'encrypted', 'vault'),
  ...sql('chromium', 'vault'),
  ...files('node', ['vault file', 'vault'], ['openpgp.js', 'pgp']),
  ...files('chromium', ['vault file', 'vault']),
]
