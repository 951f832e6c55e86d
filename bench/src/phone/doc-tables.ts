/** The tables of the phone's half as docs/choosing.md has them: which figure of which row stands where. */

import { beside, ms, rate, times } from '../section.ts'
import type { Cell, Line, Table } from '../section.ts'

const unlockPart = (label: string, name: string): Line => [`… ${label}`, [`Node: of it ${name}`, ms], null]
const inBoth = (label: string, name: string): Line => [
  label,
  [`Node: ${name}`, ms],
  [`Chromium: ${name}`, ms],
]

function requestLine(label: string, name: string): Line {
  const row = `Chromium: ${name}`
  return [label, [row, ms], [row, times]]
}
function sqlLine(label: string, work: string): Line {
  const row = (place: string, database: string): string => `${place}: ${database} SQL, ${work}`
  return [
    label,
    [row('Node', 'plain'), rate],
    [row('Node', 'encrypted'), beside],
    [row('Node', 'vault'), beside],
    [row('Chromium', 'plain'), rate],
    [row('Chromium', 'vault'), beside],
  ]
}
function fileLine(label: string, name: string, inChromium = true): Line {
  const cells = (place: string): Cell[] => [
    [`${place}: ${name}, write, MB`, rate],
    [`${place}: ${name}, read, MB`, rate],
  ]
  return [label, ...cells('Node'), ...(inChromium ? cells('Chromium') : [null, null])]
}
function loginLine(message: string): Line {
  const name = `service: login, ${message}`
  return [message, [name, rate], [`${name}, PostgreSQL`, rate]]
}

export const tables: readonly Table[] = [
  {
    title:
      'An unlock, in milliseconds; the service is in the same process, or for Chromium on the same machine:',
    columns: ['', 'Node', 'Chromium'],
    lines: [
      inBoth('by passcode', 'unlock by passcode'),
      unlockPart('Argon2id: 64 MiB, three passes, four lanes', 'Argon2id'),
      unlockPart('OPAQUE on the phone, and its signatures', 'OPAQUE and signatures'),
      unlockPart('the service, first message', 'the service, first message'),
      unlockPart('the service, last message', 'the service, last message'),
      unlockPart('the service, token', 'the service, token'),
      unlockPart('wrap, vault and session', 'wrap, vault, session'),
      inBoth('Argon2id by itself', 'Argon2id'),
      ['by passkey (a virtual one, without a finger)', null, ['Chromium: unlock by passkey', ms]],
    ],
  },
  {
    title: 'A request of 1 KiB and its answer of 1 KiB in Chromium, without the network:',
    columns: ['', 'ms', 'times the signature'],
    lines: [
      ["WebCrypto's signature of the same octets, alone", ['Chromium: WebCrypto sign', ms], null],
      requestLine('signed', 'request signed'),
      requestLine('signed and sealed, X25519', 'request signed, sealed X25519'),
      requestLine('signed and sealed, X-Wing', 'request signed, sealed X-Wing'),
    ],
  },
  {
    title:
      'SQL, beside the same SQLite on the same files without a key (1: as fast); "encrypted" is that with a key, "vault" also notices when it is put back:',
    columns: ['', 'Node: plain per s', 'encrypted', 'vault', 'Chromium: plain per s', 'vault'],
    lines: [
      sqlLine('10,000 inserts in one transaction, rows', '10,000 inserts at once'),
      sqlLine('reads by key', 'read by key'),
      sqlLine('inserts, each durable', 'insert, durable'),
    ],
  },
  {
    title: 'Files, in megabytes per second: 100 MB on Node, 20 MB in Chromium:',
    columns: ['', 'Node: written', 'read', 'Chromium: written', 'read'],
    lines: [
      fileLine('plain copy, streamed', 'plain copy'),
      fileLine('vault', 'vault file'),
      fileLine('openpgp.js, streamed, AEAD', 'openpgp.js', false),
    ],
  },
  {
    title:
      'The service, one node on one core, 16 phones at once, answers per second to each message of a login:',
    columns: ['', 'store in memory', 'PostgreSQL on the same machine'],
    lines: [
      ['OPAQUE alone, first message', ['service: OPAQUE alone, first message', rate], null],
      ['OPAQUE alone, last message', ['service: OPAQUE alone, last message', rate], null],
      loginLine('first message'),
      loginLine('last message'),
      loginLine('token'),
    ],
  },
]
