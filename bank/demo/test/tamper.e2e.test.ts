/** Somebody in the line between app and gateway, while money moves: nothing is paid but what was seen and approved, and nothing wrong is said. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chromiumPath, inChromium } from '../../../packages/client/test/web/chromium.ts'
import { after, answerBy, jonas, openScene, paidAlready, type Scene, spoiled } from './scene.ts'

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
      const code = 'approval_required'
      line.meddle(
        answerBy({
          status: 403,
          headers: { 'content-type': 'application/problem+json', 'holdfast-error': code },
          body: JSON.stringify({
            type: 'about:blank',
            title: code,
            status: 403,
            code,
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
