/** What the ledger says, over a line of its own that nobody meddles with. */
import { createClient } from '@holdfast/client'
import { virtualPhone } from '@holdfast/client/testing'
import { makeCode } from '../../app/test/stage.ts'
import type { Bank } from '../src/deployment.ts'

export type Books = {
  /** How often something was paid or received under this reference. */
  paid(reference: string): Promise<number>
  close(): Promise<void>
}

export async function openBooks(bank: Bank, user: string): Promise<Books> {
  const { origin, pins } = bank
  const client = createClient({ origin, trust: pins, platform: virtualPhone().platform })
  const pending = await client.enrol({ activationCode: await makeCode(bank, user), deviceName: 'Books' })
  await pending.confirm(/\b\d{6}\b/.exec(await bank.lastText())?.[0] ?? '')
  const session = await client.unlock()
  const read = async (path: string): Promise<unknown> => (await session.fetch(path)).json()
  const { accounts } = (await read('/accounts')) as { accounts: Array<{ id: string }> }
  return {
    async paid(reference): Promise<number> {
      const query = `?query=${encodeURIComponent(reference)}`
      const found = await Promise.all(accounts.map(({ id }) => read(`/accounts/${id}/transactions${query}`)))
      return (found as Array<{ transactions: unknown[] }>).flatMap(({ transactions }) => transactions).length
    },
    close: () => session.end(),
  }
}
