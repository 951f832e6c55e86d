/** What customers get on paper, and how it travels into their vault. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Decrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueDocuments } from '../src/documents/issue.ts'
import { type Open, openTestBank, today } from './bank.ts'
import { databases } from './databases.ts'
import { pagesOf, textsOf } from './paper.ts'

type Listed = { id: string; title: string; kind: string; date: string; bytes: number }

describe.each(databases)('documents on $name', (database) => {
  describe.skipIf(database.skipped)('of a customer', () => {
    let open: Open
    let documents: Listed[]
    beforeAll(async () => {
      open = await openTestBank(database)
      documents = (await open.maria('/documents')).json['documents'] as Listed[]
    })
    afterAll(() => open.close())
    const titled = (title: string): Listed => documents.find((one) => one.title === title) as Listed
    const pdfOf = async (title: string) => (await open.maria(`/documents/${titled(title).id}`)).bytes

    it('are a statement for each month and account, newest first, a certificate and the contract', () => {
      expect(documents.filter(({ kind }) => kind === 'statement')).toHaveLength(24)
      expect(
        documents
          .filter(({ kind }) => kind !== 'statement')
          .map(({ kind, title, date }) => [kind, title, date]),
      ).toEqual([
        ['tax', 'Tax certificate 2025', '2026-01-15'],
        ['contract', 'Account agreement', '2025-05-20'],
      ])
      expect(documents.map(({ date }) => date)).toEqual(
        documents
          .map(({ date }) => date)
          .toSorted()
          .toReversed(),
      )
      expect(documents[0]).toMatchObject({ title: 'Everyday, April 2026', date: '2026-05-01' })
    })

    it('say what the books say', async () => {
      const pdf = await pdfOf('Everyday, April 2026')
      expect(pdf.length).toBe(titled('Everyday, April 2026').bytes)
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
      expect(pdf.subarray(-6).toString()).toBe('%%EOF\n')
      const texts = textsOf(pdf)
      const { transactions } = (
        await open.maria(
          `/accounts/${await everyday(open)}/transactions?from=2026-04-01&to=2026-04-30&limit=100`,
        )
      ).json as {
        transactions: {
          amount: { value: string }
          balance: { value: string }
          counterparty: { name: string }
        }[]
      }
      expect(transactions.length).toBeGreaterThan(30)
      for (const { counterparty, balance } of transactions) {
        expect(texts).toContain(counterparty.name)
        expect(texts).toContain(printed(balance.value))
      }
      const [last] = transactions
      expect(texts).toContain('Closing balance on 30 April 2026')
      expect(texts).toContain(`${printed(last?.balance.value ?? '')} EUR`)
      const oldest = transactions.at(-1)
      const opening = Number(oldest?.balance.value) - Number(oldest?.amount.value)
      expect(texts).toContain(printed(opening.toFixed(2)))
      expect(texts).toEqual(
        expect.arrayContaining(['Maria Lindqvist', 'DE02 9001 0010 0004 8213 06', '1 May 2026']),
      )
    })

    it('have their pages numbered, and what does not fit goes on the next one', async () => {
      const pdf = await pdfOf('Everyday, April 2026')
      const pages = pagesOf(pdf)
      expect(pages).toBeGreaterThan(1)
      const texts = textsOf(pdf)
      for (let page = 1; page <= pages; page++) expect(texts).toContain(`Page ${page} of ${pages}`)
      expect(texts.filter((text) => text === 'Details')).toHaveLength(pages)
    })

    it('begin where the month before ended', async () => {
      const closing = textsOf(await pdfOf('Savings, March 2026')).find((text) => text.endsWith(' EUR'))
      expect(textsOf(await pdfOf('Savings, April 2026'))).toContain(closing?.replace(' EUR', ''))
    })

    it('certify the interest of the year', async () => {
      const texts = textsOf(await pdfOf('Tax certificate 2025'))
      const { transactions } = (
        await open.maria(`/accounts/${await savings(open)}/transactions?to=2025-12-31&limit=100`)
      ).json as { transactions: { kind: string; amount: { value: string } }[] }
      const sum = transactions
        .filter(({ kind }) => kind === 'interest')
        .reduce((total, { amount }) => total + Number(amount.value), 0)
      expect(sum).toBeGreaterThan(10)
      expect(texts.filter((text) => text === sum.toFixed(2))).toHaveLength(2)
    })

    it('are issued once: the same bytes, however often the bank looks', async () => {
      const before = await pdfOf('Everyday, March 2026')
      await Promise.all([1, 2, 3].map(() => issueDocuments(open.bank.db, today)))
      expect((await open.maria('/documents')).json['documents']).toEqual(documents)
      expect(await pdfOf('Everyday, March 2026')).toEqual(before)
    })

    it('are the same bytes when they are made anew from the same books', async () => {
      const before = await pdfOf('Everyday, March 2026')
      await open.bank.db.deleteFrom('document').where('title', '=', 'Everyday, March 2026').execute()
      await issueDocuments(open.bank.db, today)
      documents = (await open.maria('/documents')).json['documents'] as Listed[]
      expect(await pdfOf('Everyday, March 2026')).toEqual(before)
    })

    it('come sealed to an age recipient, and only he opens them', async () => {
      const identity = await generateX25519Identity()
      const recipient = await identityToRecipient(identity)
      const target = `/documents/${titled('Account agreement').id}/sealed`
      const { status, type, bytes } = await open.maria(target, { method: 'POST', body: { recipient } })
      expect([status, type]).toEqual([200, 'application/octet-stream'])
      expect(bytes.subarray(0, 22).toString()).toBe('age-encryption.org/v1\n')
      const decrypter = new Decrypter()
      decrypter.addIdentity(identity)
      expect(Buffer.from(await decrypter.decrypt(bytes))).toEqual(await pdfOf('Account agreement'))
      const stranger = new Decrypter()
      stranger.addIdentity(await generateX25519Identity())
      await expect(stranger.decrypt(bytes)).rejects.toThrow()
    })

    it('come sealed to nobody else', async () => {
      const identity = await generateX25519Identity()
      const recipient = await identityToRecipient(identity)
      const others = [
        identity,
        '',
        'age1',
        recipient.toUpperCase(),
        `${recipient} `,
        recipient.slice(0, -1) + (recipient.endsWith('q') ? 'p' : 'q'),
        await identityToRecipient(await generateHybridIdentity()),
        'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq3xl5lg',
        'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ',
        'passphrase',
      ]
      const target = `/documents/${titled('Account agreement').id}/sealed`
      for (const other of others) {
        const { status, json } = await open.maria(target, { method: 'POST', body: { recipient: other } })
        expect([other, status, json['error']]).toEqual([other, 422, 'recipient_refused'])
      }
    })

    it.skipIf(!hasPoppler())('are read by another reader (skipped without pdftotext)', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'alder-paper-'))
      const file = join(folder, 'statement.pdf')
      writeFileSync(file, await pdfOf('Everyday, April 2026'))
      execFileSync('pdftotext', ['-layout', file, join(folder, 'text')])
      const text = readFileSync(join(folder, 'text'), 'utf8')
      expect(text).toMatch(/Account statement/)
      expect(text).toMatch(/Hausverwaltung Brandt +–1,240\.00/)
      rmSync(folder, { recursive: true })
    })
  })
})

function hasPoppler(): boolean {
  try {
    execFileSync('pdftotext', ['-v'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** `1,234.50`, with the sign statements have. */
function printed(value: string): string {
  const text = Number(value).toLocaleString('en-GB', { minimumFractionDigits: 2 })
  return text.replace('-', '–')
}

async function accountIds(open: Open): Promise<string[]> {
  const accounts = (await open.maria('/accounts')).json['accounts'] as { id: string }[]
  return accounts.map(({ id }) => id)
}
const everyday = async (open: Open): Promise<string> => (await accountIds(open))[0] ?? ''
const savings = async (open: Open): Promise<string> => (await accountIds(open))[1] ?? ''
