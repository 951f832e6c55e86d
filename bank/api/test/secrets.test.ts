/** A PIN is told to the key of the request, and is nowhere else: not in the database, a log, another answer or an error. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createReplyKey } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPin, sealPin } from '../src/cards/pin.ts'
import { openPinKeys } from '../src/cards/pin-keys.ts'
import { type Open, openTestBank } from './bank.ts'
import { databases } from './databases.ts'

describe.each(databases)('PINs on $name', (database) => {
  describe.skipIf(database.skipped)('at rest and on their way', () => {
    let open: Open
    let cards: { id: string }[]
    beforeAll(async () => {
      open = await openTestBank(database)
      cards = (await open.maria('/cards')).json['cards'] as { id: string }[]
    })
    afterAll(() => open.close())

    /** As the app asks: with a key of its own for this one request. */
    async function pinOf(card: string): Promise<string> {
      const key = await createReplyKey(nodeCrypto)
      const answer = await open.maria(`/cards/${card}/pin`, { fields: { 'holdfast-reply-key': key.field } })
      expect([answer.status, answer.type]).toEqual([200, 'application/holdfast-reply'])
      return Buffer.from(await key.open(answer.bytes)).toString()
    }

    it('are four digits, the same every time, told to the key that asks', async () => {
      const pins = []
      for (const { id } of cards) {
        const pin = await pinOf(id)
        expect(pin).toMatch(/^\d{4}$/)
        expect(await pinOf(id)).toBe(pin)
        pins.push(pin)
      }
      expect(pins).toHaveLength(2)
    })

    it.each([
      ['no key', {}],
      ['a key in another form', { 'holdfast-reply-key': 'AAAA' }],
      ['a point nobody can agree with', { 'holdfast-reply-key': 'A'.repeat(43) }],
    ])('are not told to %s', async (_, fields) => {
      const { status, json } = await open.maria(`/cards/${cards[0]?.id}/pin`, { fields })
      expect([status, json['error']]).toEqual([400, 'reply_key_missing'])
    })

    it('lie encrypted, each record bound to its card and under the key of the file', async () => {
      const file = join(open.data, 'pin-keys.json')
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const keys = await openPinKeys(file, false)
      const rows = await open.bank.db.selectFrom('card').select(['id', 'sealedPin']).execute()
      for (const { id, sealedPin } of rows) {
        expect(sealedPin.startsWith(`${keys[0].id}.`)).toBe(true)
        expect(openPin(keys, id, sealedPin).toString()).toMatch(/^\d{4}$/)
        for (const other of rows.filter((row) => row.id !== id))
          expect(() => openPin(keys, other.id, sealedPin)).toThrow()
      }
    })

    it('change when the record does: then the bank fails, and says nothing', async () => {
      const id = cards[1]?.id ?? ''
      const pin = await pinOf(id)
      const { sealedPin } = await open.bank.db
        .selectFrom('card')
        .select('sealedPin')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      const [other] = await open.bank.db
        .selectFrom('card')
        .select('sealedPin')
        .where('id', '!=', id)
        .execute()
      await open.bank.db
        .updateTable('card')
        .set(other ?? {})
        .where('id', '=', id)
        .execute()
      const key = await createReplyKey(nodeCrypto)
      const fields = { 'holdfast-reply-key': key.field }
      const { status, bytes } = await open.maria(`/cards/${id}/pin`, { fields })
      expect(status).toBe(500)
      expect(bytes.toString()).not.toContain(pin)
      expect(open.logged.at(-2)).toContain('"during":"/cards/{id}/pin"')
      await open.bank.db.updateTable('card').set({ sealedPin }).where('id', '=', id).execute()
    })

    it('are nowhere else', async () => {
      // A PIN nothing else looks like: amounts, times and ids are full of four digits.
      const marked = await markedCard(open, cards[0]?.id ?? '')
      expect(await pinOf(marked.id)).toBe(marked.pin)
      const targets = ['/cards', '/me', '/accounts', '/documents', '/payees', '/standing-orders']
      const answers = []
      for (const target of targets) answers.push((await open.maria(target)).bytes.toString('latin1'))
      answers.push((await open.maria(`/cards/${marked.id}/pin`)).bytes.toString('latin1'))
      const { rows } = await sql<{ row: string }>`select c::text as row from card c`.execute(open.bank.db)
      const everything = [
        ...answers,
        ...open.logged,
        ...rows.map(({ row }) => row),
        ...filesIn(open.data),
      ].join('\n')
      expect(everything.length).toBeGreaterThan(1000)
      expect(everything).not.toContain(marked.pin)
      expect(everything).not.toContain(Buffer.from(marked.pin).toString('base64url'))
      expect(everything).not.toContain(Buffer.from(marked.pin).toString('hex'))
    })
  })
})

/** Gives a card a PIN of letters, sealed by the bank's own key. */
async function markedCard(open: Open, id: string): Promise<{ id: string; pin: string }> {
  const keys = await openPinKeys(join(open.data, 'pin-keys.json'), false)
  const pin = 'canaryPIN'
  const sealedPin = sealPin(keys, id, Buffer.from(pin))
  await open.bank.db.updateTable('card').set({ sealedPin }).where('id', '=', id).execute()
  return { id, pin }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
}
