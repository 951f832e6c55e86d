/** The tables of approvals as docs/choosing.md has them: which figure of which row stands where. */

import { beside, cpuMs, ms, p50, p95, rate, times } from '../section.ts'
import type { Cell, Line, Table } from '../section.ts'

type Say = Cell[1]

const plain = 'phone: write without approval'
const presence = 'phone: approval by presence'
const passcode = 'phone: approval by passcode'

/** Of all three: the write without a form, and the two ways to approve it. */
function all(label: string, say: Say, of = ''): Line {
  return [label, [plain + of, say], [presence + of, say], [passcode + of, say]]
}
function approvals(label: string, say: Say, of = ''): Line {
  return [label, null, [presence + of, say], [passcode + of, say]]
}
const ofPresence = (label: string, piece: string): Line => [
  label,
  null,
  [`${presence}, of it ${piece}`, ms],
  null,
]
const ofPasscode = (label: string, piece: string): Line => [
  label,
  null,
  null,
  [`${passcode}, of it ${piece}`, ms],
]

function payments(label: string, name: string, forOne = true): Line {
  const many = `transfers: ${name}, many users`
  const one = `transfers: ${name}, one user`
  const cells: Cell[] = [
    [many, rate],
    [many, beside],
    [many, cpuMs],
  ]
  return [label, ...cells, ...(forOne ? [[one, rate] as const, [one, beside] as const] : [null, null])]
}

function rule(label: string, name: string): Line {
  const row = `rules: approval, ${name}`
  return [label, [row, rate], [row, beside]]
}

export const tables: readonly Table[] = [
  {
    title:
      'One payment as its phone sees it, in milliseconds: sealed, through a gateway on PostgreSQL to a backend that answers at once, and a user who takes no time:',
    columns: ['', 'without a form', 'approved by presence key', 'by passcode'],
    lines: [
      all('half are done in (p50)', p50),
      all('95 % are done in (p95)', p95),
      all('on average', ms),
      approvals('… request, until there is a challenge', ms, ', of it challenge'),
      ofPresence("… evidence: the presence key's signature alone", 'signature'),
      ofPasscode('… evidence: first message of the login', 'first message'),
      ofPasscode('… evidence: Argon2id, 64 MiB, three passes, four lanes', 'Argon2id'),
      approvals('… proof call', ms, ', of it proof'),
      approvals('… the same request again', ms, ', of it repeated request'),
      all('… all else on the phone: signing, sealing, comparing, OPAQUE', ms, ', of it phone'),
      approvals('times the write without a form', times),
      all("the service's share, p50", p50, ', of it service'),
      all("the service's share, p95", p95, ', of it service'),
      approvals('times its share of the write without a form', times, ', of it service'),
    ],
  },
  {
    title:
      'Payments a second by 16 phones, each sending its next one when the last is booked; gateway and ledger on a core each, PostgreSQL for all of both; beside the ledger alone under the same load (1: as fast):',
    columns: ['', 'many users', 'beside', "gateway's CPU, ms", 'one user', 'beside'],
    lines: [
      [
        'the ledger alone, its callers signed',
        ['transfers: ledger alone, many users', rate],
        null,
        null,
        ['transfers: ledger alone, one user', rate],
        null,
      ],
      payments('sealed and signed, no form', 'approval not asked for', false),
      payments('approved', 'approval'),
      payments('approved, and judged by nine rules', 'approval and rules'),
    ],
  },
  {
    title: 'Forms and rules by themselves, in the process, on one core:',
    columns: ['', 'per s', 'beside one P-256 verification'],
    lines: [
      rule('the form of one payment read', 'form of one payment read'),
      rule('the form of 40 payments read', 'form of 40 payments read'),
      rule('one payment judged by nine rules', 'one payment judged'),
    ],
  },
]
