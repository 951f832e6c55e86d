/** The browser rows of the phone's half: a page and its service at one origin of this process, and Chromium beside it. */

import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { serveParent } from '../child.ts'
import { listen } from '../listen.ts'
import type { Sample } from '../target.ts'
import { bundlePage, openBrowser } from './browser.ts'
import type { Browser } from './browser.ts'
import type { Bank } from './enrol.ts'
import { findChromium } from './find-chromium.ts'
import type { PhoneOrder } from './order.ts'
import { startService } from './service.ts'
import type { PhoneService } from './service.ts'

const html = '<!doctype html><title>bench</title><script type="module" src="/page.js"></script>'
/** Without them a page's clock is too coarse (HR-Time section 7.2). */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

async function ask(service: PhoneService, message: IncomingMessage): Promise<Response> {
  const { method = '', url = '' } = message
  const headers = Object.entries(message.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  const content = await buffer(message)
  const body = method === 'GET' || method === 'HEAD' ? {} : { body: content }
  return service.handle(new Request(service.origin + url, { method, headers, ...body }))
}

async function start(): Promise<Browser> {
  const executable = findChromium()
  if (executable === null) throw new TypeError('no Chromium here')
  const files = await bundlePage()
  let service: PhoneService | undefined

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (message.url ?? '').slice(1)
    const file = path === '' ? html : files.get(path)
    if (file !== undefined) {
      const type = path === '' ? 'text/html' : path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript'
      return void response.writeHead(200, { ...isolation, 'content-type': type }).end(file)
    }
    if (service === undefined) return void response.writeHead(503).end()
    const said = await ask(service, message)
    response.writeHead(said.status, [...said.headers].flat())
    response.end(Buffer.from(await said.arrayBuffer()))
  }
  const { port } = await listen(createServer((message, response) => void answer(message, response)))
  const origin = `http://localhost:${port}`
  const web = { origins: [origin], rpId: 'localhost' }
  service = await startService({ origin, web, sealing: { suites: ['x-wing', 'x25519'] } })
  const { trust } = service
  const bank: Bank = service
  const browser = await openBrowser(executable)
  const { page } = browser
  await page.exposeFunction('activationCode', (user: string) => bank.activationCode(user))
  await page.exposeFunction('digits', () => bank.digits())
  await page.goto(origin)
  await page.evaluate((pins) => (globalThis as unknown as Started).start(pins), trust)
  return browser
}

/** What the page offers. */
interface Started {
  start(trust: readonly string[]): Promise<void>
  obey(order: PhoneOrder): Promise<Sample>
}

let browser: Browser | undefined

serveParent(async (message) => {
  if (message === 'end') {
    await browser?.close()
    return 'ended'
  }
  if (browser !== undefined)
    return browser.page.evaluate(
      (order) => (globalThis as unknown as Started).obey(order),
      message as PhoneOrder,
    )
  browser = await start()
  return 'ready'
})
