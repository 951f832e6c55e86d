/** The connection breaks while the backend works, and the phone comes back twenty times: nobody told it that it was paid. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import { approved, begun, newCustomer, orderOf, orderRequest, paymentOf, sendApproved } from '../payment.ts'
import { payments } from '../payment-settings.ts'
import { open, serialise } from '../raw.ts'
import type { Target } from '../target.ts'

const times = 20

export const attack: Attack = {
  id: '75b-retry-storm',
  title: 'Cut the connection while it is paid, and send it again and again',
  power: 'cuts connections, and has the phone send again',
  gain: 'one payment made twice',
  requirement: 'X2',
  section: '9.4',
  expect: 'harmless',
  weaken: {
    file: 'gateway/proxy/relay.js',
    text: 'if (unsafe || over)',
    instead: 'if (over)',
    also: [
      {
        file: 'gateway/proxy/relay.js',
        text: 'const lost = sent && unsafe && !upstream.retriesIdempotently;',
        instead: 'const lost = false;',
      },
    ],
  },
  setting: payments,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const customer = await newCustomer(target)
    const payment = paymentOf('5.00')
    const yes = await approved(target, customer, orderOf(payment, '/slow/pay'))
    const socket = open(target.address())
    socket.on('error', () => undefined)
    socket.write(serialise(await orderRequest(customer.phone, yes.order, yes.id)))
    await begun(target, payment.reference, 1)
    socket.destroy()
    for (let i = 0; i < 2; i++)
      await Promise.all(Array.from({ length: times / 2 }, () => sendApproved(target, customer, yes)))
    const paid = target.backend?.seen(payment.reference).length ?? 0
    return harmless(paid !== 1 && `the backend was told ${paid} times`)
  },
}
