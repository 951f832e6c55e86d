/** Evidence takes a key of the customer’s device. So somebody writes one of his own into the database, as a device of that customer. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { bindFinger } from '../finger.ts'
import { registerPasscode, unlockByPasscode } from '../passcode.ts'
import { mule, newCustomer, orderOf, pay, paymentOf } from '../payment.ts'
import { paymentsAtTwoNodes } from '../payment-settings.ts'
import { phoneOf, tokensOf, unlockRequest } from '../phone.ts'
import { type LabKey, makeKey, randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const monthMs = 30 * 86_400_000

/** A second device like this one, bound a month ago, with this key. Its id. */
async function writeDevice(target: Target, like: string, { jwk, thumbprint }: LabKey): Promise<string> {
  const [row] = await target.query('select * from device where id = $1', like)
  if (row === undefined) throw new Error('there is no device')
  const id = randomText()
  const created = Number(row['created_at']) - monthMs
  const own = { ...row, id, key_thumbprint: thumbprint, public_key: JSON.stringify(jwk), created_at: created }
  const columns = Object.keys(own).map((name) => `"${name}"`)
  const places = columns.map((_, i) => `$${i + 1}`)
  const sql = `insert into device (${columns.join()}) values (${places.join()})`
  await target.query(sql, ...Object.values(own))
  return id
}

export const attack: Attack = {
  id: '73d-own-key-in-database',
  title: 'Write a device of one’s own into the database',
  power: 'writes into the database, and nothing else',
  gain: 'a device of any customer, its passcode and finger, and payments it approves',
  requirement: 'X2',
  section: '9.7',
  expect: 'grant_refused',
  weaken: {
    file: 'server/device-binding.js',
    text: 'return equal(utf8(device.binding), utf8(bindingOf(device, keys)));',
    instead: 'return true;',
  },
  setting: paymentsAtTwoNodes,
  watchesBackend: true,
  async run(target: Target): Promise<Outcome> {
    const { phone: victim } = await newCustomer(target)
    const [deviceKey, sessionKey] = [await makeKey(), await makeKey()]
    const device = await writeDevice(target, victim.device, deviceKey)
    const opened = await target.send(await unlockRequest(target, deviceKey, sessionKey))
    if (opened.status !== 200) return verdict(opened, false)
    const bound = { user: victim.user, sendTo: victim.sendTo, device, deviceKey }
    const thief = phoneOf(target, bound, { sessionKey, tokens: tokensOf(opened) })
    const set = await registerPasscode(target, thief, '482913')
    const { phone, way } = await unlockByPasscode(target, { phone: thief, way: set })
    const customer = { phone, way, finger: await bindFinger(target, phone) }
    const payment = paymentOf('400.00', mule)
    const answer = await pay(target, customer, orderOf(payment))
    const [seen] = target.backend?.seen(payment.reference) ?? []
    return verdict(
      answer,
      seen?.fields['holdfast-user'] === victim.user && 'one row paid in the customer’s name',
    )
  },
}
