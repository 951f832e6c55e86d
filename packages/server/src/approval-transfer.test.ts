import { beforeEach, describe, expect, test } from 'vitest'
import { approvedOrder, type Customer, newCustomer, openBank, passcode, take } from '../test/approval.ts'
import { open, type OpenHouse, prove, register } from '../test/passcode.ts'
import { bindPresence } from '../test/presence.ts'
import { refusal } from '../test/stage.ts'
import type { TransferRule } from './transfer-rules.ts'

const day = 86_400
const another = '482915'
const newDevice: TransferRule = { name: 'new', verdict: 'hold', kind: 'device', youngerThanSeconds: day }

let bank: OpenHouse
let maria: Customer
beforeEach(async () => {
  bank = await openBank({ rules: [newDevice] })
  maria = await newCustomer(bank)
  bank.stage.pass(day)
})

/** Her phone, as whoever holds it has it when she has just typed her passcode. */
async function unlocked(): Promise<Customer> {
  const proved = await prove(bank, maria.phone, { record: maria.record, passcode }, 1)
  return { ...maria, authorization: (await open(bank, maria.phone, proved)).access_token }
}
const pay = async (customer: Customer): Promise<string> =>
  refusal(take(bank, await (await approvedOrder(bank, customer)).again()))

describe('a device is new to the rules', () => {
  test('until a day after it was bound', async () => {
    expect(await pay(await unlocked())).toBe('none')
    const other = await newCustomer(bank, { user: 'otto' })
    expect(await pay(other)).toBe('approval_held')
  })

  test('again when its finger is another one, until a day later', async () => {
    const taken = await unlocked()
    const bound = await bindPresence(bank, taken, 'key')
    expect(await pay({ ...taken, bound })).toBe('approval_held')
    bank.stage.pass(day)
    expect(await pay({ ...taken, bound })).toBe('none')
  })

  test('again when its passcode is another one', async () => {
    maria = await newCustomer(bank, { presence: 'key' })
    bank.stage.pass(day)
    const { bound } = maria
    const { phone, authorization } = await unlocked()
    const { record } = await register(bank, phone, another, { authorization })
    expect(await pay({ ...maria, bound, authorization })).toBe('none')
    // It counts when it has opened a session, and so it does here.
    const tokens = await open(bank, phone, await prove(bank, phone, { record, passcode: another }))
    const taken = { ...maria, bound, record, authorization: tokens.access_token }
    expect(await pay(taken)).toBe('approval_held')
    bank.stage.pass(day - 1)
    expect(await pay(taken)).toBe('approval_held')
    bank.stage.pass(1)
    expect(await pay(taken)).toBe('none')
  })
})
