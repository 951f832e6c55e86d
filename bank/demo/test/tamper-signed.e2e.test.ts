/** The same where nothing is sealed: he reads all of it, and still changes nothing. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chromiumPath, inChromium } from '../../../packages/client/test/web/chromium.ts'
import type { Meddler } from './line.ts'
import { answerBy, jonas, openScene, paidAlready, type Scene, spoiled } from './scene.ts'

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
