/** A limit is looked at, and then money is sent: between the two there is room for as many as come at the same time. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { approved, newCustomer, orderOf, paymentOf, sendApproved } from '../payment.ts'
import { paymentsAtTwoNodes } from '../payment-settings.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const each = '300.00'
/** As many as a day's limit of 1000.00 lets go. */
const within = 3

export const attack: Attack = {
  id: '77a-limit-at-once',
  title: 'Pass a limit with payments of two phones at the same time',
  power: 'has two phones of one user, and sends at two nodes at once',
  gain: 'a multiple of what a day’s limit lets go',
  requirement: 'K10',
  section: '9.5',
  expect: 'transfer_refused',
  weaken: {
    file: 'server/stores/sql/transfer.js',
    text: 'where transfer."user" = asked."user" and',
    instead: `where transfer."user" = asked."user" and transfer.state = 'committed' and`,
  },
  setting: paymentsAtTwoNodes,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const user = `user-${randomText(6)}`
    const customers = [await newCustomer(target, user), await newCustomer(target, user)]
    const nodes = [target, { ...target, send: target.sendElsewhere }]
    const mark = randomText(9)
    const orders = Array.from({ length: 2 * within }, (_, i) => {
      return orderOf({ ...paymentOf(each), reference: `Part ${i} of ${mark}` }, '/slow/pay')
    })
    const ready = await Promise.all(
      orders.map(async (order, i) => {
        const customer = customers[i % 2] as (typeof customers)[number]
        return { customer, yes: await approved(target, customer, order) }
      }),
    )
    const answers = await Promise.all(
      ready.map(({ customer, yes }, i) => sendApproved(nodes[i % 2] ?? target, customer, yes)),
    )
    const paid = target.backend?.seen(mark).length ?? 0
    if (paid < within) throw new Error(`only ${paid} were paid: ${answers.map(({ code }) => code).join()}`)
    const refused = answers.find(({ code }) => code !== null) ?? answers[0]
    if (refused === undefined) throw new Error('nothing was sent')
    return verdict(refused, paid > within && `${paid} payments of ${each} went out under a limit of 1000.00`)
  },
}
