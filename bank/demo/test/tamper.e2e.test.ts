/** Somebody in the line between app and gateway, while money moves: nothing is paid but what was seen and approved, and nothing wrong is said. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chromiumPath, inChromium } from '../../../packages/client/test/web/chromium.ts'
import { type Hands, handsOf } from '../../app/test/hands.ts'
import { openStage, type Phone, type Stage } from '../../app/test/stage.ts'
import { type Books, openBooks } from './books.ts'
import { type Line, type MadeUp, type Meddler, openLine } from './line.ts'

const jonas = 'Jonas Keller'
const spoiled =
  'Something between this phone and the bank is not right. Nothing was done. Try another network.'

/** Maria's phone with somebody in its line. */
type Scene = {
  readonly stage: Stage
  readonly phone: Phone
  readonly hands: Hands
  readonly line: Line
  readonly books: Books
  /** Until the payment was sent by the app, whatever came of it. */
  approve(): Promise<void>
  /** The app does not know what became of it, and says so; asked again over a line nobody meddles with it knows. */
  expectUnfinished(): Promise<void>
  /** Nothing was paid: the bank asks for an approval once more, which she does not give. */
  leave(): Promise<void>
}

async function openScene(sealed: boolean): Promise<Scene> {
  const stage = await openStage({ sealed })
  const books = await openBooks(stage.bank, 'maria')
  const phone = await stage.openPhone()
  const { page } = phone
  const hands = handsOf(phone)
  const line = await openLine(phone.context, stage.bank.origin)
  await phone.activate('maria')
  return {
    stage,
    phone,
    hands,
    line,
    books,
    approve: () => hands.press('Approve with finger or face'),
    async expectUnfinished(): Promise<void> {
      await page.getByText('We do not know yet whether this was sent').waitFor()
      expect(await page.getByRole('heading', { name: 'Sent', exact: true }).count()).toBe(0)
      line.meddle(null)
    },
    async leave(): Promise<void> {
      await hands.press('Find out now')
      await hands.sheet()
      await hands.press('Do not approve')
      await page.getByText('Not approved. Nothing was done.').waitFor()
      expect(await hands.unfinished()).toBe(0)
    },
  }
}

/** Leaves the first ones alone. */
function after(count: number, meddler: Meddler): Meddler {
  let seen = 0
  return async (message, hands) => {
    seen++
    return seen > count ? meddler(message, hands) : hands.answer(await hands.deliver())
  }
}
const answerBy =
  (answer: MadeUp): Meddler =>
  (_, hands) =>
    hands.answer(answer)

const paidAlready: MadeUp = {
  status: 201,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    id: 'tx_madeUp',
    at: Date.now(),
    from: 'acc_1',
    name: jonas,
    iban: 'DE15900100100005190448',
    amount: { currency: 'EUR', value: '25.00' },
    reference: 'made up',
    state: 'booked',
  }),
}

describe.skipIf(chromiumPath === null)(
  inChromium('somebody in the line of a sealed app'),
  { timeout: 90_000 },
  () => {
    let scene: Scene
    beforeAll(async () => {
      scene = await openScene(true)
    })
    afterAll(async () => {
      await scene.books.close()
      await scene.stage.close()
    })
    beforeEach(() => scene.line.meddle(null))

    it('reads nothing, and gets nothing for sending all of it again', async () => {
      const { stage, line, hands, books, approve } = scene
      const from = line.passed.length
      await hands.order(jonas, '21', 'sent again')
      await approve()
      await hands.finish()
      const heard = line.passed.slice(from)
      expect(heard.length).toBeGreaterThanOrEqual(3)
      for (const { url, body, answer } of heard) {
        expect(url).toBe(`${stage.bank.origin}/holdfast/sealed`)
        for (const secret of [jonas, 'sent again', '21.00', '/transfers'])
          expect(body.includes(secret) || answer?.includes(secret)).toBe(false)
      }
      for (const { url, headers, body } of heard) {
        const { status } = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': headers['content-type'] ?? '' },
          body: Uint8Array.from(body),
        })
        // What is said of it is sealed to the phone.
        expect(status).toBe(200)
      }
      await stage.bank.logged('"replayed"')
      expect(await books.paid('sent again')).toBe(1)
    })

    it.each([0, 1])(
      'puts another request in the place of what follows the approval, but for %i',
      async (count) => {
        const { stage, line, hands, books, approve, expectUnfinished, leave } = scene
        const reference = `swapped ${count}`
        await hands.order(jonas, '22', reference)
        const asked = line.passed.at(-1)
        line.meddle(
          after(count, async (_, { deliver, answer }) =>
            answer(await deliver({ body: asked?.body ?? Buffer.alloc(0) })),
          ),
        )
        await approve()
        await expectUnfinished()
        await stage.bank.logged('"replayed"')
        expect(await books.paid(reference)).toBe(0)
        await leave()
        expect(await books.paid(reference)).toBe(0)
      },
    )

    it('turns one bit', async () => {
      const { stage, line, hands, books, approve, expectUnfinished, leave } = scene
      await hands.order(jonas, '23', 'one bit')
      line.meddle(
        after(1, async ({ body }, { deliver, answer }) => {
          const bent = Buffer.from(body)
          bent[bent.length - 1] = (bent.at(-1) ?? 0) ^ 1
          return answer(await deliver({ body: bent }))
        }),
      )
      await approve()
      await expectUnfinished()
      await stage.bank.logged('"sealed_request_refused"')
      expect(await books.paid('one bit')).toBe(0)
      await leave()
    })

    it.each([
      { times: 1, title: 'keeps the answer of a payment: the app asks again, and it is paid once' },
      { times: 4, title: 'keeps every answer: it is paid once, and the app finds out when it can' },
    ])('$title', async ({ times }) => {
      const { phone, line, hands, books, approve, expectUnfinished } = scene
      const reference = `kept ${times}`
      await hands.order(jonas, '24', reference)
      let kept = 0
      line.meddle(async (_, { deliver, answer }) => {
        const said = await deliver()
        // Only from the payment on: what comes before must arrive.
        const isPaid = kept > 0 || (await books.paid(reference)) > 0
        if (!isPaid || kept >= times) return answer(said)
        kept++
        return answer(null)
      })
      await approve()
      if (times > 1) {
        await expectUnfinished()
        expect(await books.paid(reference)).toBe(1)
        await hands.press('Find out now')
      }
      await hands.finish()
      expect(kept).toBe(times)
      expect(await books.paid(reference)).toBe(1)
      expect(await phone.page.getByText('A payment is not finished').count()).toBe(0)
    })

    it('says that it is paid', async () => {
      const { line, hands, books, approve, expectUnfinished, leave } = scene
      await hands.order(jonas, '25', 'made up')
      line.meddle(after(1, answerBy(paidAlready)))
      await approve()
      await expectUnfinished()
      expect(await books.paid('made up')).toBe(0)
      await leave()
    })

    it('gives the sealed answer of another payment', async () => {
      const { line, hands, books, approve, expectUnfinished, leave } = scene
      const earlier = line.passed.findLast(({ answer }) => answer !== null)?.answer ?? Buffer.alloc(0)
      await hands.order(jonas, '26', 'another answer')
      const headers = { 'content-type': 'message/ohttp-res' }
      line.meddle(after(1, answerBy({ status: 200, headers, body: earlier })))
      await approve()
      await expectUnfinished()
      expect(await books.paid('another answer')).toBe(0)
      await leave()
    })

    it('asks for an approval of his own: nobody is shown it', async () => {
      const { phone, line, hands, books } = scene
      await hands.fill(jonas, '27', 'own challenge')
      const [said] = ['approval_required']
      line.meddle(
        answerBy({
          status: 403,
          headers: { 'content-type': 'application/problem+json', 'holdfast-error': said },
          body: JSON.stringify({
            type: 'about:blank',
            title: said,
            status: 403,
            code: said,
            approval: {
              challenge: `${'e'.repeat(40)}.${'e'.repeat(200)}.${'e'.repeat(86)}`,
              title: 'Transfer',
              lines: [{ name: 'amount', label: 'Amount', value: 'EUR 2700.00' }],
              notes: [],
            },
          }),
        }),
      )
      await hands.press(/^Send €/)
      await phone.page.getByText(spoiled).waitFor()
      expect(await phone.page.getByRole('dialog').count()).toBe(0)
      line.meddle(null)
      expect(await hands.unfinished()).toBe(0)
      expect(await books.paid('own challenge')).toBe(0)
    })
  },
)

describe.skipIf(chromiumPath === null)(
  inChromium('somebody in the line of an app that only signs'),
  { timeout: 90_000 },
  () => {
    let scene: Scene
    beforeAll(async () => {
      scene = await openScene(false)
    })
    afterAll(async () => {
      await scene.books.close()
      await scene.stage.close()
    })
    beforeEach(() => scene.line.meddle(null))

    /** To the route that pays. */
    const paying =
      (meddler: Meddler): Meddler =>
      async (message, hands) =>
        message.url.endsWith('/transfers') ? meddler(message, hands) : hands.answer(await hands.deliver())
    const digest = (body: string): string => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`

    it('reads all of it', async () => {
      const { line, hands, books, approve } = scene
      await hands.order(jonas, '31', 'read')
      expect(line.passed.at(-1)?.body.toString()).toContain(jonas)
      await approve()
      await hands.finish()
      expect(await books.paid('read')).toBe(1)
    })

    it.each([
      { what: 'a line', change: (text: string) => text.replace('EUR 32.00', 'EUR 3.20') },
      { what: 'the title', change: (text: string) => text.replace('"Transfer"', '"Refund"') },
    ])('changes $what of what is to be approved: nobody is shown it', async ({ what, change }) => {
      const { phone, line, hands, books } = scene
      await hands.fill(jonas, '32', what)
      let changed = 0
      line.meddle(
        paying(async (_, { deliver, answer }) => {
          const said = await deliver()
          const text = await said.text()
          const body = change(text)
          if (body !== text) changed++
          // The digest fits: it is the signature that does not.
          const headers = { ...said.headers(), 'content-digest': digest(body) }
          return answer({ status: said.status(), headers, body })
        }),
      )
      await hands.press(/^Send €/)
      await phone.page.getByText(spoiled).waitFor()
      expect(changed).toBeGreaterThan(0)
      expect(await phone.page.getByRole('dialog').count()).toBe(0)
      line.meddle(null)
      expect(await hands.unfinished()).toBe(0)
      expect(await books.paid(what)).toBe(0)
    })

    it.each([
      { code: 'digest_mismatch', isDigestMended: false },
      { code: 'signature_invalid', isDigestMended: true },
    ])('changes the amount of what was approved: $code', async ({ code, isDigestMended }) => {
      const { stage, line, hands, books, approve, expectUnfinished, leave } = scene
      await hands.order(jonas, '33', code)
      line.meddle(
        paying(async ({ headers, body }, { deliver, answer }) => {
          const dearer = body.toString().replace('33.00', '3300.00')
          const mended = isDigestMended ? { 'content-digest': digest(dearer) } : {}
          return answer(await deliver({ headers: { ...headers, ...mended }, body: Buffer.from(dearer) }))
        }),
      )
      await approve()
      await expectUnfinished()
      await stage.bank.logged(`"${code}"`)
      expect(await books.paid(code)).toBe(0)
      await leave()
      expect(await books.paid(code)).toBe(0)
    })

    it('says that it is paid', async () => {
      const { line, hands, books, approve, expectUnfinished, leave } = scene
      await hands.order(jonas, '34', 'made up')
      line.meddle(paying(answerBy(paidAlready)))
      await approve()
      await expectUnfinished()
      expect(await books.paid('made up')).toBe(0)
      await leave()
    })
  },
)
