/** The bank's holdfast.yaml: which requests exist, what their user has to approve, and the rules about where money goes. */

export type Ports = {
  readonly gateway: number
  readonly admin: number
  readonly api: number
  readonly app: number
}

/** What every route that moves money shows of a payment, in this order. */
const payment = `{ name: amount, type: money, label: Amount, currencies: [EUR] }
        - { name: name, type: name, label: To }
        - { name: iban, type: iban, label: Account }
        - { name: reference, type: text, label: Reference, most: 140, optional: true }`
const from = '- { name: from, type: id, label: From account, unshown: true }'

const routesOf = (protection: string): string => `routes:
  - path: /transfers
    methods: [POST]
    ${protection}
    signer: device
    approve:
      title: Transfer
      acr: presence
      fields:
        - ${payment}
        ${from}
      transfer: { amount: amount, payee: iban }
  - path: /transfers/batch
    methods: [POST]
    ${protection}
    signer: device
    approve:
      title: Several transfers
      acr: passcode
      fields:
        - name: payments
          type: rows
          label: Payments
          most: 40
          total: amount
          fields:
            - ${payment.replaceAll('\n', '\n    ')}
        ${from}
      transfer: { rows: payments, amount: amount, payee: iban }
  - path: /standing-orders
    methods: [POST]
    ${protection}
    signer: device
    approve:
      title: Standing order
      acr: presence
      fields:
        - ${payment}
        - { name: every, type: choice, label: Every, choices: { week: week, month: month } }
        - { name: first, type: date, label: First on }
        ${from}
      transfer: { amount: amount, payee: iban }
  - path: /payees
    methods: [POST]
    ${protection}
    signer: device
    approve:
      title: New payee
      acr: presence
      fields:
        - { name: name, type: name, label: Name }
        - { name: iban, type: iban, label: Account }
  - { path: /*, ${protection} }
`

/** Amounts in EUR; windows roll, so no midnight lies in them. */
const transfers = `transfers:
  currency: EUR
  rules:
    - { name: largest, kind: limit, of: user, sum: "10000.00", verdict: refuse }
    - { name: day, kind: limit, of: user, perSeconds: 86400, sum: "15000.00", verdict: refuse }
    - { name: day-of-new-phone, kind: limit, of: device, perSeconds: 86400, sum: "2000.00", deviceYoungerThanSeconds: 86400, verdict: hold }
    - { name: often, kind: limit, of: user, perSeconds: 3600, count: 30, verdict: hold }
    - { name: new-payee, kind: payee, newerThanSeconds: 86400, above: "500.00", verdict: hold }
    - { name: new-payee-day, kind: limit, of: payee, perSeconds: 86400, sum: "1000.00", payeeNewerThanSeconds: 86400, verdict: hold }
    - { name: unusual, kind: habit, times: 5, least: 5, above: "500.00", verdict: ask }
    - { name: elsewhere, kind: place, above: "1000.00", verdict: ask }
    - { name: guessed-at, kind: suspicion, failures: 5, above: "100.00", verdict: hold }
    - { name: night, kind: expression, when: "hour < 5 && amount > 100000", verdict: ask }
`

export type Kind = {
  /** False: requests and answers are signed alone, and whoever ends TLS reads them. */
  readonly sealed: boolean
  /** Where the gateway remembers; what is in memory ends with it. */
  readonly store: 'embedded' | 'memory'
}

export function configurationOf(ports: Ports, { sealed, store }: Kind): string {
  return `# Made by the demo: everything on loopback, nothing to keep.
origin: http://127.0.0.1:${ports.gateway}
listen: { host: 127.0.0.1, port: ${ports.gateway} }
admin: { host: 127.0.0.1, port: ${ports.admin} }
data: ./data
store: { kind: ${store} }
upstreams:
  - name: bank
    url: http://127.0.0.1:${ports.api}
    identity: { mode: hmac-sha256, secretFile: ./secret }
sealing: { suites: [x-wing, x25519] }
web: { origins: ["http://localhost:${ports.app}"], rpId: localhost }
policy: { offlineSeconds: 86400 }
outbox: { kind: insecureReadable, file: ./outbox.jsonl }
${transfers}${routesOf(sealed ? 'policy: sealed' : 'answer: signed')}`
}
